using PromptKD.Dassl;
using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Golden;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Zip;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Training;

namespace PromptKD.Tests.Methods;

[Collection(AloneInTheProcess.Name)]
public sealed class PromptSRCMethodTests : IDisposable
{
    private readonly TinyMethods _methods = new();

    public void Dispose() => _methods.Dispose();

    [Fact]
    public void Measures_and_saves_the_average_of_the_epochs()
    {
        // Three epochs around the second, of weights e, 1, e with e = exp(−1/2).
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build(TinyMethods.PromptSRC + " TRAINER.PROMPTSRC.GPA_MEAN 2");
        Tensor learned = method.Trainable[0].Value;
        List<Tensor> values = [];
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            method.SetTraining(true);
            using (no_grad())
            {
                learned.add_(epoch);
            }

            values.Add(learned.detach().clone());
            method.FinishEpoch(epoch, 3);
            method.SetTraining(false);
            if (epoch == 2)
            {
                Tensor soFar = (values[0] * Math.Exp(-0.5) + values[1]) / (Math.Exp(-0.5) + 1);
                TensorAssert.Near(soFar, Saved(method), 1e-6);
                TensorAssert.SameBytes(values[1], learned.detach());
            }
        }

        Tensor expected = ((values[0] + values[2]) * Math.Exp(-0.5) + values[1]) / (1 + (2 * Math.Exp(-0.5)));
        TensorAssert.Near(expected, Saved(method), 1e-6);
        TensorAssert.Near(expected, learned, 1e-6);
    }

    [Fact]
    public void Classifies_with_what_it_saves()
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build(TinyMethods.PromptSRC), copy = _methods.Build(
            TinyMethods.PromptSRC);
        using var loop = new TrainingLoop(method, new TrainingPlan
        {
            Epochs = 5,
            BatchesPerEpoch = 1,
            PicturesPerEpoch = 4,
            Batches = (_, _) => [],
            Schedule = null!,
            CheckpointPath = "",
        });
        using Batch batch = TinyMethods.MakeBatch();
        loop.Step(batch, learningRate: 0.1);
        method.FinishEpoch(1, 5);
        loop.Step(batch, learningRate: 0.1);
        method.FinishEpoch(2, 5);
        method.SetTraining(false);

        copy.LoadLearned(
            TinyMethods.Saved(method, TinyMethods.PromptSRC).ToDictionary(named => named.Key, named => named.Value),
            "copy");

        TensorAssert.SameBytes(copy.Classify(batch.Images), method.Classify(batch.Images));
    }

    [Fact]
    public void Saves_the_references_names_in_the_references_order()
    {
        // The golden teacher: two layers of each tower, prompts in both, as the test's CLIP but for a third image
        // layer.
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build(TinyMethods.PromptSRC);
        using CheckpointFile reference = CheckpointFile.Open(Path.Combine(
            ProjectFolder.Golden, "11-checkpoints", "teacher_promptsrc", "VLPromptLearner", "model-best.pth.tar"));

        IEnumerable<string> names = TinyMethods.Saved(method, TinyMethods.PromptSRC).Select(named => named.Key)
            .Where(
                name => !name.Contains("image_encoder.transformer.resblocks.2.", StringComparison.OrdinalIgnoreCase));

        Assert.Equal(reference.Tensors.Select(tensor => tensor.Key), names);
        Assert.Equal("VLPromptLearner", DasslModel.Of("PromptSRC").Folder);
    }

    [Fact]
    public void Is_read_as_a_teacher_that_gives_the_same_logits()
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build(TinyMethods.PromptSRC + " TRAINER.PROMPTSRC.CTX_INIT abcd");
        string path = _methods.NewFile;
        TorchZipWriter.WriteStateDict(path, TinyMethods.Saved(method, TinyMethods.PromptSRC));
        using var teacher = new FrozenClip(
            ClipCheckpoint.Open(_methods.WeightFile),
            PromptCheckpoint.ReadTeacher(path),
            new ComputeTarget(CPU, ScalarType.Float32));
        using LiveFeatures tower = teacher.ReadImageTower(roundToHalf: false);
        using ClassVectors classes = teacher.ReadClassVectors(
            _methods.Tokenizer, TinyMethods.ClassNames, [], "abcd", roundToHalf: false);
        Tensor images = TinyClip.Images(3);

        Tensor logits = classes.Compare(tower.Of(images), classes.LogitScale);

        TensorAssert.Near(method.Classify(images), logits, 1e-5);
    }

    private static Tensor Saved(ITrainedMethod method) =>
        TinyMethods.Saved(method, TinyMethods.PromptSRC).Single(named => named.Key == method.Trainable[0].Key).Value;
}
