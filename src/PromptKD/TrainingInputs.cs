using PromptKD.Configuration;
using PromptKD.Data;
using PromptKD.Data.Datasets;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD;

/// <summary>A method with the pictures that it learns from: what differs between PromptKD and the labelled methods.</summary>
internal sealed class TrainingInputs : IDisposable
{
    private readonly DistillationInputs _distillation;
    private readonly PromptKDMethod _student;

    private TrainingInputs(DistillationInputs distillation, PromptKDMethod student)
    {
        _distillation = distillation;
        _student = student;
        Pictures = distillation.TrainingPictures;
    }

    /// <summary>What is trained.</summary>
    public IPromptMethod Method => _student;

    /// <summary>What it learns from.</summary>
    public TrainingPictures Pictures { get; }

    /// <summary>How pictures are prepared.</summary>
    public Preprocessing Preprocessing => _distillation.Preprocessing;

    /// <summary>The configuration with what the models decided.</summary>
    public ExperimentConfig Resolved => _distillation.Resolved;

    /// <summary>SHA-256 of each input, by name.</summary>
    public IReadOnlyDictionary<string, string> Digests => _distillation.Digests;

    /// <summary>Opens the models, checks them, and builds the method.</summary>
    /// <param name="config">The configuration, with the paths of the models and the class names.</param>
    /// <param name="lists">The lists of the data set.</param>
    /// <param name="run">Receives a teacher store, where one is asked for; null to evaluate only.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops downloads, hashing, and the making of a store.</param>
    /// <exception cref="PromptKDException">An input is missing, damaged, or does not fit the others.</exception>
    public static TrainingInputs Open(
        ExperimentConfig config,
        ProtocolLists lists,
        RunFolder? run,
        IExperimentObserver observer,
        CancellationToken cancellation)
    {
        ComputeTarget target = TrainingSettings.Target(config, observer);
        var inputs = DistillationInputs.Open(
            config, config.Dataset.Root, run is null ? [] : lists.Train, target, observer, cancellation);
        try
        {
            PromptKDMethod student = run is null
                ? inputs.BuildClassifier(observer)
                : inputs.BuildMethod(run, observer, cancellation);
            inputs.ReleaseTeacher();
            if (config.Model.InitWeights.Length > 0)
            {
                InitialWeights.Load(student, config.Model.InitWeights);
            }

            return new TrainingInputs(inputs, student);
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>Writes what a program can use of the trained method: the student package.</summary>
    /// <param name="run">Receives it.</param>
    /// <param name="selected">The epoch whose model the method is.</param>
    public void Export(RunFolder run, EpochRecord selected) => StudentPackage.Write(
        run.StudentFolder,
        _student.Student,
        _student.ClassVectors,
        _distillation.Describe(selected, teacher: null, _student));

    /// <inheritdoc/>
    public void Dispose()
    {
        _student.Dispose();
        _distillation.Dispose();
    }
}
