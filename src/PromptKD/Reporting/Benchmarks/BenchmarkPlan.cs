using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Reporting.Benchmarks;

/// <summary>A table of the paper to be made: which protocol, methods, data sets and seeds.</summary>
public sealed record BenchmarkPlan
{
    private const string SourceOfTransfer = "ImageNet";

    /// <summary>Which table.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>Folder of all data sets, as DATASET.ROOT.</summary>
    public required string Root { get; init; }

    /// <summary>Folder that receives the runs and the report.</summary>
    public required string Output { get; init; }

    /// <summary>Which part of PromptKD is exchanged; null for a table of methods.</summary>
    public Ablation? Ablation { get; init; }

    /// <summary>Data sets by any of their names; empty for all of the table.</summary>
    public IReadOnlyList<string> Datasets { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>One run of each data set a seed.</summary>
    public IReadOnlyList<int> Seeds { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<int>([1, 2, 3]);

    /// <summary>The methods, as TRAINER.NAME spells them.</summary>
    public IReadOnlyList<string> Trainers { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>(["PromptKD"]);

    /// <summary>The folder <c>configs</c>, with <c>datasets</c> and <c>trainers</c> in it.</summary>
    public required string Configs { get; init; }

    /// <summary>Labelled images a class that the labelled methods learn from; the paper's 16.</summary>
    public int Shots { get; init; } = 16;

    /// <summary>KEY VALUE pairs that win over the files, in every run.</summary>
    public IReadOnlyList<string> Overrides { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>
    /// What a setting is called where a run cannot be made, given its words ("teacher-prompts"); null: as its property.
    /// </summary>
    public Func<string, string>? NameOf { get; init; }

    /// <summary>The runs in the order in which they are to be made: a model before those that only test it.</summary>
    /// <exception cref="PromptKDException">A data set, method, file or key that does not exist.</exception>
    internal IReadOnlyList<BenchmarkRun> Runs()
    {
        DatasetEntry[] datasets = [.. ChosenDatasets()];
        if (Ablation is { } ablation)
        {
            new AblationLimits(ablation, this).Check();
            return
            [
                .. from dataset in datasets
                   from seed in Seeds
                   from row in ablation.Rows
                   from run in RunsOf(row, dataset, seed)
                   select run,
            ];
        }

        return
        [
            .. from trainer in Trainers.Select(KnownTrainer)
               from dataset in datasets
               from seed in Seeds
               from run in RunsOf(trainer, dataset, seed)
               select run,
        ];
    }

    private IEnumerable<DatasetEntry> ChosenDatasets() =>
        (Datasets.Count > 0 ? Datasets : Ablation is null ? PaperNumbers.Datasets(Protocol) : [SourceOfTransfer])
            .Select(DatasetCatalog.Find);

    private IEnumerable<BenchmarkRun> RunsOf(AblationRow row, DatasetEntry dataset, int seed)
    {
        string part = row.Name.Replace('/', '-').Replace(' ', '-');
        string[] settings = ["TRAINER.MODAL", "base2novel", .. row.Settings];
        if (row.Teacher is not null)
        {
            BenchmarkRun teacher = Teach(row, dataset, seed, part);
            yield return teacher;
            string file = $"model.pth.tar-{teacher.Config.Optim.MaxEpoch}";
            string model = DasslModel.Of(row.TeacherMethod).Folder;
            settings = [.. settings, "DISTILL.TEACHER_PROMPTS", Path.Combine(teacher.Folder, model, file)];
        }

        BenchmarkRun run = Train("PromptKD", dataset, seed, part, settings);
        yield return run with { Title = run.Title.Replace($"{part} classes", row.Name, StringComparison.Ordinal) };
    }

    // The CLIP that it prompts is the teacher's, not the student's; and labels are few, however many pictures a student
    // gets.
    private BenchmarkRun Teach(AblationRow row, DatasetEntry dataset, int seed, string part)
    {
        BenchmarkRun run = Train(row.TeacherMethod, dataset, seed, part);
        return run with
        {
            Title = $"{run.Title.Replace($"{part} classes", row.Name, StringComparison.Ordinal)} (its teacher)",
            CountsInTable = false,
            Config = run.Config with
            {
                Dataset = run.Config.Dataset with { NumShots = Shots, SubsampleClasses = "base" },
                Model = run.Config.Model with { Backbone = run.Config.Model.Backbone with { Name = row.Teacher! } },
                Distill = run.Config.Distill with { Student = run.Config.Distill.Teacher, Teacher = "" },
            },
        };
    }

    private static string KnownTrainer(string trainer) =>
        PaperRecipe.Methods.FirstOrDefault(name => name.Equals(trainer, StringComparison.OrdinalIgnoreCase))
        ?? throw new PromptKDException(
            $"There is no method '{trainer}' to benchmark. Known are {string.Join(", ", PaperRecipe.Methods)}.");

    private IEnumerable<BenchmarkRun> RunsOf(string trainer, DatasetEntry dataset, int seed) =>
        (MethodCatalog.Find(trainer).LearnsFrom, Protocol) switch
        {
            (Supervision.Teacher, Protocol.BaseToNovel) =>
                [Train(trainer, dataset, seed, "", "TRAINER.MODAL", "base2novel")],
            (Supervision.Teacher, _) => [Train(trainer, dataset, seed, "", "TRAINER.MODAL", "cross")],
            (Supervision.None, Protocol.BaseToNovel) =>
            [
                Train(trainer, dataset, seed, "base", "DATASET.SUBSAMPLE_CLASSES", "base"),
                Train(trainer, dataset, seed, "new", "DATASET.SUBSAMPLE_CLASSES", "new"),
            ],
            (Supervision.None, _) => [Train(trainer, dataset, seed, "")],
            (_, Protocol.BaseToNovel) => TrainAndTest(trainer, dataset, dataset, seed, "base", "new"),
            _ => TrainAndTest(trainer, DatasetCatalog.Find(SourceOfTransfer), dataset, seed, "all", "all"),
        };

    /// <summary>
    /// A model learned from some classes of one data set, tested on other classes or another data set.
    /// </summary>
    private IEnumerable<BenchmarkRun> TrainAndTest(
        string trainer, DatasetEntry source, DatasetEntry target, int seed, string learned, string tested)
    {
        string shots = Shots.ToString(CultureInfo.InvariantCulture);
        bool transfer = source != target;
        BenchmarkRun training = Train(
            trainer, source, seed, transfer ? "" : learned,
            "DATASET.NUM_SHOTS", shots, "DATASET.SUBSAMPLE_CLASSES", learned);
        BenchmarkRun test = Train(
            trainer, target, seed, transfer ? "" : tested,
            "DATASET.NUM_SHOTS", shots, "DATASET.SUBSAMPLE_CLASSES", tested);
        yield return training with { CountsInTable = !transfer };
        yield return test with
        {
            Title = transfer ? $"{test.Title}, learned on {source.Name}" : test.Title,
            Request = new TrainingRequest
            {
                EvalOnly = true,
                WritesPackage = false,
                ModelDir = training.Folder,
                LoadEpoch = training.Config.Reference && PaperRecipe.Of(trainer).TestsLastEpoch
                    ? training.Config.Optim.MaxEpoch
                    : null,
            },
        };
    }

    private BenchmarkRun Train(string trainer, DatasetEntry dataset, int seed, string part, params string[] settings)
    {
        (string trainerFile, IReadOnlyList<string> paper) = PaperRecipe.Of(trainer).For(Protocol, dataset.Name);
        string seedText = seed.ToString(CultureInfo.InvariantCulture);
        string folder = Path.Combine(Output, trainer, dataset.Config, "seed" + seedText, part);
        ExperimentConfig config = new ExperimentConfig()
            .MergeFile(Path.Combine(Configs, "datasets", dataset.Config + ".yaml"))
            .MergeFile(Path.Combine(Configs, "trainers", trainerFile))
            .MergeOverrides(["TRAINER.NAME", trainer, "SEED", seedText, .. paper, .. settings, .. Overrides]);
        return new BenchmarkRun
        {
            Title = $"{trainer} on {dataset.Name}, seed {seedText}{(part.Length > 0 ? $", {part} classes" : "")}",
            Folder = Path.TrimEndingDirectorySeparator(folder),
            Config = config with
            {
                Dataset = config.Dataset with { Root = Root },
                OutputDir = Path.TrimEndingDirectorySeparator(folder),
            },
        };
    }
}
