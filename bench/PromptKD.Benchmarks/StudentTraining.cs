using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD.Benchmarks;

/// <summary>PromptKD's student in training at the paper's size, on random images and given teacher features.</summary>
internal sealed class StudentTraining : IDisposable
{
    /// <summary>Images of a step.</summary>
    public const int Images = 8;

    private const int Classes = 100, TeacherEmbedding = 768;

    private readonly PromptKDMethod _method;
    private readonly TrainingLoop _loop;
    private readonly Batch _batch = new(
        randn(Images, 3, 224, 224), labels: null, [.. Enumerable.Range(0, Images)]);

    private StudentTraining(PromptKDMethod method)
    {
        _method = method;
        _method.SetTraining(true);
        _loop = new TrainingLoop(method, new TrainingPlan
        {
            Epochs = 1,
            BatchesPerEpoch = 1,
            PicturesPerEpoch = Images,
            Batches = (_, _) => [_batch],
            Schedule = new LearningRateSchedule(new OptimConfig { MaxEpoch = 1 }),
            CheckpointPath = "",
        });
    }

    /// <summary>Draws weights, images and features.</summary>
    /// <param name="precision">Of the frozen weights.</param>
    public static StudentTraining Make(ScalarType precision)
    {
        manual_seed(1);
        ImageEncoder encoder = RandomTower.Make(ClipArchitecture.VitB16, precision);
        string[] names = [.. Enumerable.Range(0, Classes).Select(number => $"class {number}")];
        return new StudentTraining(new PromptKDMethod(
            new Student(encoder, new StudentShape(PromptLength: 4, PromptDepth: 9, TeacherEmbedding)),
            logitScale: 100,
            new Teacher(
                new ClassVectors(names, Normalised(Classes), logitScale: 100), new GivenFeatures(Normalised(Images))),
            new PromptKDSettings(LossWeight: 1000, Temperature: 1)));
    }

    /// <summary>Forward, backward, update.</summary>
    /// <returns>The loss.</returns>
    public double Step() => _loop.Step(_batch, learningRate: 0.005).Loss;

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop.Dispose();
        _method.Dispose();
        _batch.Dispose();
    }

    private static Tensor Normalised(int rows)
    {
        using Tensor drawn = randn(rows, TeacherEmbedding);
        return nn.functional.normalize(drawn, dim: -1);
    }

    /// <summary>Features that cost nothing: the teacher is measured elsewhere.</summary>
    private sealed class GivenFeatures(Tensor features) : IImageFeatures
    {
        public Tensor Of(Batch batch) => features.alias();

        public void Dispose() => features.Dispose();
    }
}
