using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>
/// All teachers of a distillation: one, as in the paper, or several whose class probabilities are combined. The student
/// keeps the class vectors of the first one.
/// </summary>
internal sealed class DistillationTeachers : IDisposable
{
    private readonly ExperimentConfig _config;
    private readonly List<DistillationTeacher> _teachers = [];

    private DistillationTeachers(ExperimentConfig config, TeacherCombination? combination)
    {
        _config = config;
        Combination = combination;
    }

    /// <summary>How many there are.</summary>
    public int Count => _teachers.Count;

    /// <summary>The first store, whose views all teachers see; null where all are live.</summary>
    public TeacherStore? Store => _teachers.Select(teacher => teacher.Store).FirstOrDefault(store => store is not null);

    /// <summary>SHA-256 of each teacher, its prompts and its vocabulary, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Digests =>
        _teachers.SelectMany((teacher, index) => teacher.Digests.Named(index + 1));

    /// <summary>How the class probabilities are combined; null for one teacher.</summary>
    public TeacherCombination? Combination { get; }

    /// <summary>Opens what there is to open, and refuses what does not fit.</summary>
    /// <exception cref="PromptKDException">A file is missing or damaged, or does not fit pictures, student or the other
    /// teachers.</exception>
    public static DistillationTeachers Open(
        ExperimentConfig config,
        ComputeTarget target,
        PictureSet pictures,
        ClipCheckpoint student,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        IReadOnlyList<DistillConfig> list = TeacherList.Of(config.Distill);
        TeacherCombination combination = TeacherList.Combination(config.Distill, list.Count);
        var teachers = new DistillationTeachers(config, list.Count > 1 ? combination : null);
        try
        {
            foreach (DistillConfig one in list)
            {
                teachers._teachers.Add(DistillationTeacher.Open(
                    config with { Distill = one }, target, pictures, student, observer, cancellation));
            }

            teachers.RefuseOtherViews();
            target.UseThreadsFor(
                Math.Max(teachers._teachers.Max(teacher => teacher.VisionWidth), student.Architecture.VisionWidth));
            return teachers;
        }
        catch
        {
            teachers.Dispose();
            throw;
        }
    }

    /// <summary>The class vectors of the first teacher, stored or computed now. The caller frees them.</summary>
    /// <exception cref="PromptKDException">A class name is too long, or the vocabulary is another model's.</exception>
    public ClassVectors EncodeClasses(IRunObserver observer) => _teachers[0].EncodeClasses(observer);

    /// <summary>The first teacher's features as training wants them. The caller frees them.</summary>
    /// <param name="run">Holds the store that DISTILL.VIEWS asks for.</param>
    /// <param name="loader">Loads the pictures.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops the making of a store; finished shards stay.</param>
    /// <exception cref="PromptKDException">The store is incomplete, damaged, or of something else.</exception>
    public IImageFeatures ReadFeatures(
        RunFolder run, PictureLoader loader, IRunObserver observer, CancellationToken cancellation) =>
        _teachers[0].ReadFeatures(StoreFolder(run, 1), loader, observer, cancellation);

    /// <summary>Class vectors and features of the others; null for one teacher. The caller frees them.</summary>
    /// <param name="run">Holds the stores that DISTILL.VIEWS asks for, one a teacher.</param>
    /// <param name="loader">Loads the pictures.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops the making of a store; finished shards stay.</param>
    /// <exception cref="PromptKDException">As <see cref="EncodeClasses"/> and <see cref="ReadFeatures"/>.</exception>
    public FurtherTeachers? ReadFurther(
        RunFolder run, PictureLoader loader, IRunObserver observer, CancellationToken cancellation)
    {
        if (Combination is not { } combination)
        {
            return null;
        }

        var further = new List<(IImageFeatures, ClassVectors)>();
        foreach ((int index, DistillationTeacher teacher) in _teachers.Index().Skip(1))
        {
            ClassVectors classVectors = teacher.EncodeClasses(observer);
            further.Add((
                teacher.ReadFeatures(StoreFolder(run, index + 1), loader, observer, cancellation), classVectors));
        }

        return new FurtherTeachers(further, combination);
    }

    /// <summary>
    /// The teachers' accuracies, alone and combined; null without a validation folder, or without any tower.
    /// </summary>
    public TeacherResults? Measure(
        FolderEvaluation? validation, IRunObserver observer, CancellationToken cancellation)
    {
        DistillationTeacher[] live = [.. _teachers.Where(teacher => teacher.IsLive)];
        if (validation is null || live.Length == 0)
        {
            return null;
        }

        observer.OnPhase($"Measuring the teacher on {validation.Pictures} validation pictures");
        TeacherCombination? combination = live.Length == _teachers.Count ? Combination : null;
        IReadOnlyList<BaseNovelResult> results = validation.MeasureSeveral(
            images => Classify(live, combination, images),
            live.Length + (combination is null ? 0 : 1),
            _config.Distill.Base,
            _config.DataLoader.Test.BatchSize,
            cancellation);
        return _teachers.Count == 1
            ? new TeacherResults(results[0], [])
            : new TeacherResults(
                combination is null ? null : results[^1],
                [.. _teachers.Select(teacher => teacher.IsLive ? results[Array.IndexOf(live, teacher)] : null)]);
    }

    /// <summary>Frees what training does not need: towers whose features are stored.</summary>
    public void Release() => _teachers.ForEach(teacher => teacher.Release());

    /// <inheritdoc/>
    public void Dispose() => _teachers.ForEach(teacher => teacher.Dispose());

    /// <returns>Logits of each teacher, and of the combination, each [batch, classes].</returns>
    private Tensor[] Classify(DistillationTeacher[] live, TeacherCombination? combination, Tensor images)
    {
        Tensor[] logits = [.. live.Select(teacher => teacher.Classify(images))];
        return combination is null
            ? logits
            : [.. logits, combination.Combine(logits, _config.Trainer.PromptKD.Temperature)];
    }

    private static string StoreFolder(RunFolder run, int number) =>
        Path.Combine(run.Root, number == 1 ? "teacher-store" : $"teacher-store-{number}");

    private void RefuseOtherViews()
    {
        TeacherStore[] stores = [.. _teachers.Select(teacher => teacher.Store).OfType<TeacherStore>()];
        foreach (TeacherStore other in stores.Skip(1))
        {
            stores[0].Index.RefuseOtherViews(stores[0].Folder, other.Index, other.Folder);
        }
    }
}
