using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights.Zip;
using PromptKD.Runs;
using PromptKD.Runs.Train;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Train;

/// <summary>
/// What a configuration of <c>train</c> sets, where it is used: every key that matters has another value than its
/// default. Building a method starts torch's one random generator, so no other test may run beside these.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class WhatReachesWhatTests : IDisposable
{
    private readonly TrainingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("RandomSampler", true)]
    [InlineData("SequentialSampler", false)]
    public void Plan_and_pictures_are_what_the_keys_say(string sampler, bool isShuffled)
    {
        using OpenedRun<TrainingReport> opened = Open("DATALOADER.TRAIN_X.SAMPLER", sampler);

        OtherThanDefault.Check(opened.Plan, opened.Run, FakeDatasets.Classes * FakeDatasets.Train);
        OtherThanDefault.CheckBatches(
            opened.Plan, opened.Run.Inputs.Pictures.Items, isShuffled, readsReducedJpeg: false);
    }

    [Fact]
    public void Loss_and_student_are_what_the_keys_say()
    {
        using OpenedRun<TrainingReport> opened = Open();
        var method = (PromptKDMethod)opened.Method;

        Assert.Equal(
            new PromptKDSettings(LossWeight: 30, Temperature: 2.5)
            {
                IsPerPicture = true,
                PromptRateFactor = 0.25,
                RateWidth = 16,
                Noise = new FeatureNoise(0.75, Seed: 7),
            },
            method.Settings);
        Assert.Equal(
            new StudentShape(PromptLength: 3, PromptDepth: 2, TeacherEmbedding: 40, RoundPromptsToHalf: true),
            method.Distilled.Student.Shape);
    }

    [Fact]
    public void Shots_classes_and_the_methods_own_numbers_are_what_the_keys_say()
    {
        using OpenedRun<TrainingReport> opened = Open(
            "TRAINER.NAME", "PromptSRC", "DATASET.NUM_SHOTS", "2", "DATASET.SUBSAMPLE_CLASSES", "new",
            "TRAINER.PROMPTSRC.PREC", "bf16", "TRAINER.PROMPTSRC.TEXT_LOSS_WEIGHT", "3",
            "TRAINER.PROMPTSRC.IMAGE_LOSS_WEIGHT", "4", "TRAINER.PROMPTSRC.GPA_MEAN", "2",
            "TRAINER.PROMPTSRC.GPA_STD", "5");

        Assert.Equal(new PromptSRCSettings(3, 4, 2, 5), ((PromptSRCMethod)opened.Method).Settings);
        Assert.Equal(2, opened.Run.Settings.ClassNames.Count);
        Assert.Equal([0, 0, 1, 1], opened.Run.Settings.Pictures.Select(picture => picture.Label).Order());
        OtherThanDefault.Check(opened.Plan, opened.Run, pictures: 4);
    }

    [Fact]
    public void An_epoch_is_chosen_on_validation_pictures_of_base_classes()
    {
        using OpenedRun<TrainingReport> opened = Open();
        using var method = new FavouringMethod(FakeDatasets.Classes);
        using DisposeScope scope = NewDisposeScope();

        BaseNovelResult result = opened.Validate(method);

        // Two base classes of two pictures each, of which the first is always taken.
        Assert.Equal((50.0, 4L), (result.All, result.Pictures));
        Assert.Equal([3, 1], method.BatchSizes);
        PictureItem[] validation = Pictures("val", classes: 2);
        TensorAssert.SameBytes(OtherThanDefault.Measured(validation)[..3], method.FirstBatch!);
    }

    [Fact]
    public void The_last_test_measures_base_classes_on_their_own_pictures()
    {
        // One of the four novel test pictures is gone, of the class that is never taken.
        _runs.Config();
        File.Delete(Pictures("test", FakeDatasets.Classes)[^1].Path);
        using OpenedRun<TrainingReport> opened = Open();
        using var method = new FavouringMethod(FakeDatasets.Classes);

        TrainingResult result = ((TrainKind)opened.Kind).Test(
            opened.Run, method, ModelSelection.LastEpoch, epoch: 3);

        Assert.Equal(50.0, result.Base);
        Assert.Equal(200.0 / 3, result.Novel!.Value, 1e-9);
        Assert.Equal(result.Novel, result.Accuracy);
        Assert.Equal(3, result.TestPictures);
        Assert.Equal(2 * 50.0 * (200.0 / 3) / (50.0 + (200.0 / 3)), result.HarmonicMean!.Value, 1e-9);
    }

    [Fact]
    public void Initial_weights_are_what_it_classifies_with_before_the_first_step()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_runs.Folder, "initial.pth.tar");
        string[] options = ["TRAINER.NAME", "PromptSRC", "TRAINER.PROMPTSRC.PREC", "bf16"];
        using OpenedRun<TrainingReport> source = Open(options);
        source.Method.SetTraining(false);
        TorchZipWriter.WriteStateDict(
            path, DasslModel.Of("PromptSRC").StateOf(source.Method, source.Method.Deployed));
        Tensor images = TinyClip.Images(3).to(ScalarType.BFloat16);
        Tensor expected = source.Method.Classify(images);
        using OpenedRun<TrainingReport> other = Open([.. options, "SEED", "8"]);
        other.Method.SetTraining(false);

        using OpenedRun<TrainingReport> copy = Open([.. options, "SEED", "8", "MODEL.INIT_WEIGHTS", path]);
        copy.Method.SetTraining(false);

        TensorAssert.SameBytes(expected, copy.Method.Classify(images));
        Assert.False(expected.eq(other.Method.Classify(images)).all().item<bool>());
    }

    private PictureItem[] Pictures(string part, int classes)
    {
        FakeDataset dataset = FakeDatasets.Create("EuroSAT", Path.Combine(_runs.Folder, "names"));
        return
        [
            .. dataset.Pictures.Where(picture => picture.Part == part && picture.Label < classes)
                .Select(picture => new PictureItem(Path.Combine(
                    _runs.Root,
                    Path.GetRelativePath(Path.Combine(_runs.Folder, "names"), dataset.Images),
                    picture.Path))
                {
                    Label = picture.Label,
                }),
        ];
    }

    private OpenedRun<TrainingReport> Open(params string[] options) => new(new TrainKind(
        _runs.Config(run: Path.GetRandomFileName(), options:
        [
            .. OtherThanDefault.Overrides,
            "DATALOADER.TEST.BATCH_SIZE", "3",
            "TRAINER.PROMPTKD.KD_WEIGHT", "30", "TRAINER.PROMPTKD.TEMPERATURE", "2.5",
            "TRAINER.PROMPTKD.LOSS_UNIT", "picture", "TRAINER.PROMPTKD.PROMPT_LR_FACTOR", "0.25",
            "TRAINER.PROMPTKD.RATE_WIDTH", "16", "TRAINER.PROMPTKD.FEATURE_NOISE", "0.75",
            "TRAINER.PROMPTKD.N_CTX_VISION", "3", "TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", "2",
            "TRAINER.PROMPTKD.HALF_PROMPTS", "True", "TRAINER.PROMPTKD.PREC", "bf16",
            .. options,
        ]),
        new TrainingRequest()));
}
