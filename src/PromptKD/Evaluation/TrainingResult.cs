using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Evaluation;

/// <summary>What an experiment came to: <c>result.json</c>. Accuracies are in percent.</summary>
public sealed record TrainingResult
{
    /// <summary>The file of a run's output folder that holds it.</summary>
    public const string FileName = "result.json";

    /// <summary>TRAINER.NAME.</summary>
    public required string Trainer { get; init; }

    /// <summary>DATASET.NAME.</summary>
    public required string Dataset { get; init; }

    /// <summary>
    /// PromptKD: base2novel or cross. Other methods: the classes that were used, all, base or new
    /// (DATASET.SUBSAMPLE_CLASSES).
    /// </summary>
    public required string Protocol { get; init; }

    /// <summary>DATASET.NUM_SHOTS; 0 or negative: all training pictures.</summary>
    public required int Shots { get; init; }

    /// <summary>MODEL.BACKBONE.NAME; null in files that were written before it was kept.</summary>
    public string? Backbone { get; init; }

    /// <summary>
    /// Name of the trainer's file without its extension, where the run was started with one; else null.
    /// </summary>
    public string? Configuration { get; init; }

    /// <summary>
    /// What differs from the settings behind the paper's rows, of all that its numbers depend on, as <c>LOSS=l1</c> or
    /// <c>MAX_EPOCH=2</c>; empty for nothing. Of an evaluation of a method that learns from labels, what differs of
    /// the run that the model comes from, and how pictures are looked at. Null where it is not known: in files that
    /// were written before it was kept, and in evaluations of models that such files speak of.
    /// </summary>
    public string? Variant { get; init; }

    /// <summary>
    /// Of an evaluation: DATASET.NAME of the run that the model comes from, where its folder says it; else null.
    /// </summary>
    public string? LearnedOn { get; init; }

    /// <summary>SEED.</summary>
    public required int Seed { get; init; }

    /// <summary>Whether REFERENCE True was set.</summary>
    public bool Reference { get; init; }

    /// <summary>Which epoch's model was kept, and on what ground.</summary>
    public required ModelSelection Selection { get; init; }

    /// <summary>
    /// Epoch of the measured model, counted from 1; null where nothing was trained and the file does not say.
    /// </summary>
    public int? Epoch { get; init; }

    /// <summary>
    /// Accuracy of the last test: of the novel classes in base2novel, else of all. Null with TEST.NO_TEST.
    /// </summary>
    public double? Accuracy { get; init; }

    /// <summary>Mean F1 score of the last test.</summary>
    public double? MacroF1 { get; init; }

    /// <summary>base2novel: accuracy of the same model on the test pictures of the base classes, among these.</summary>
    public double? Base { get; init; }

    /// <summary>base2novel: accuracy on the test pictures of the novel classes, among these.</summary>
    public double? Novel { get; init; }

    /// <summary>base2novel: harmonic mean of base and novel.</summary>
    public double? HarmonicMean { get; init; }

    /// <summary>Pictures of the last test.</summary>
    public int TestPictures { get; init; }

    /// <summary>What the run in a folder came to; null where it is not finished.</summary>
    /// <exception cref="PromptKDException">The file is damaged.</exception>
    internal static TrainingResult? ReadIfAny(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return File.Exists(path) ? Read(path) : null;
    }

    private static TrainingResult Read(string path)
    {
        const string Remedy =
            "If ‹promptkd train› wrote it, delete it: the same command writes it again. Else move it elsewhere.";
        TrainingResult result = SealedJson.ReadAny(path, Remedy, EvaluationJson.Indented.TrainingResult);
        double?[] percent = [result.Accuracy, result.MacroF1, result.Base, result.Novel, result.HarmonicMean];
        return percent.FirstOrDefault(value => value is < 0 or > 100) is { } odd
            ? throw new PromptKDException(
                string.Create(CultureInfo.InvariantCulture, $"{path}: damaged: {odd} is no percentage. {Remedy}"))
            : result;
    }
}

/// <summary>Which epoch's model a run ends with.</summary>
public enum ModelSelection
{
    /// <summary>That of the last epoch.</summary>
    LastEpoch,

    /// <summary>The best on the data set's own validation pictures.</summary>
    BestOnValidation,

    /// <summary>The best on test pictures, as PromptKD's program chooses: the result flatters.</summary>
    BestOnTest,

    /// <summary>None was trained: the one that was given.</summary>
    Given,
}
