using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// The folder of one run: <c>config.yaml</c>, <c>log.txt</c>, <c>metrics.jsonl</c>, <c>checkpoints/</c> and the
/// student package. One process writes it at a time, and only with the configuration that it was begun with.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const string ConfigFile = "config.yaml";

    private static readonly string s_checkpointFile = Path.Combine("checkpoints", "last.safetensors");

    // Files of a run lie at most this deep below its folder: those of a store.
    private const int Depth = 2;

    private readonly FolderHold? _hold;
    private readonly PromptKDException? _notWritable;
    private readonly bool _isWatched;
    private readonly LogFile _log;

    private RunFolder(string path, FolderHold hold, LogFile log)
    {
        Root = path;
        _hold = hold;
        _log = log;
    }

    private RunFolder(string path, PromptKDException notWritable)
    {
        Root = path;
        _notWritable = notWritable;
        _log = LogFile.None;
    }

    private RunFolder(string path)
    {
        Root = path;
        _isWatched = true;
        _log = LogFile.None;
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>Whether a run has been begun in it.</summary>
    public bool IsBegun => IsOfRun(Root);

    /// <summary>The deployable package.</summary>
    public string StudentFolder => In("student");

    /// <summary>The state of the run.</summary>
    public string CheckpointPath => In(s_checkpointFile);

    /// <summary>Whether it can be read only: enough to report what a finished run came to.</summary>
    public bool IsReadOnly => _notWritable is not null || _isWatched;

    /// <summary>Where Dassl's programs keep the curves of a run.</summary>
    public string TensorBoardFolder => In("tensorboard");

    /// <summary>Opens a new folder, or one that was begun with the same configuration.</summary>
    /// <param name="path">The folder; made where there is none.</param>
    /// <param name="config">The full configuration.</param>
    /// <exception cref="PromptKDException">
    /// Another configuration began it (says which key differs), another process is writing it, or it is not writable.
    /// </exception>
    public static RunFolder Open(string path, ExperimentConfig config) => Open(path, config, LogFile.Append);

    /// <summary>
    /// Opens a folder as Dassl's programs do: as <see cref="Open(string, ExperimentConfig)"/>, and a run that does not
    /// go on from a checkpoint gets a log of its own.
    /// </summary>
    /// <param name="path">The folder; made where there is none.</param>
    /// <param name="config">The full configuration; null to write a log and results only, beside whatever run.</param>
    /// <exception cref="PromptKDException">As <see cref="Open(string, ExperimentConfig)"/>.</exception>
    public static RunFolder OpenLikeDassl(string path, ExperimentConfig? config)
    {
        bool goesOn = config is not null && TrainingCheckpoint.Exists(CheckpointOf(path));
        return Open(path, config, goesOn ? LogFile.Append : LogFile.Begin);
    }

    /// <summary>A folder that another process of the same run writes: nothing is written here.</summary>
    /// <param name="path">The folder.</param>
    public static RunFolder Watch(string path) => new(path);

    /// <summary>Whether a run has been begun in a folder.</summary>
    /// <param name="folder">Any.</param>
    public static bool IsOfRun(string folder) => File.Exists(Path.Combine(folder, ConfigFile));

    /// <summary>The seed with which a run was begun in a folder; null where none was.</summary>
    /// <exception cref="PromptKDException">Its configuration is damaged.</exception>
    public static int? RecordedSeed(string folder)
    {
        string path = Path.Combine(folder, ConfigFile);
        return File.Exists(path) ? new ExperimentConfig().MergeFile(path).Seed : null;
    }

    /// <summary>The file that holds the state of a run.</summary>
    /// <param name="folder">The folder of the run.</param>
    public static string CheckpointOf(string folder) => Path.Combine(folder, s_checkpointFile);

    /// <summary>
    /// Refuses to go on with a run that was begun with other settings; a folder without a run will do.
    /// </summary>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="config">The settings.</param>
    /// <exception cref="PromptKDException">A setting differs; the message names it.</exception>
    public static void RefuseOtherConfiguration(string folder, ExperimentConfig config)
    {
        if (BegunConfig.FindDifference(Path.Combine(folder, ConfigFile), config, RunMark.IsHarmless) is { } difference)
        {
            throw new PromptKDException(
                $"{folder} holds a run of another configuration: {difference}. "
                + "Use another ‹output›, or delete that folder to start afresh.");
        }
    }

    /// <summary>Refuses to begin a run in a student package: its files would be the package's, too.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <exception cref="PromptKDException">There is a package, and no run.</exception>
    public static void RefusePackage(string folder)
    {
        if (StudentPackage.IsIn(folder) && !IsOfRun(folder))
        {
            throw new PromptKDException(
                $"{folder} holds a student package, not a run. Use another ‹output›: a run has a folder of its own.");
        }
    }

    /// <summary>Refuses to go on from a checkpoint that other inputs made.</summary>
    /// <param name="made">Digests in the checkpoint.</param>
    /// <param name="now">Digests of this run's inputs.</param>
    /// <exception cref="PromptKDException">An input differs; the message names it.</exception>
    public void RefuseOtherInputs(IReadOnlyDictionary<string, string> made, IReadOnlyDictionary<string, string> now)
    {
        string? changed = now.Keys.Union(made.Keys).Order(StringComparer.Ordinal)
            .FirstOrDefault(name => made.GetValueOrDefault(name) != now.GetValueOrDefault(name));
        if (changed is not null)
        {
            throw new PromptKDException(
                $"{Root} holds a run with another {changed} (its SHA-256 was "
                + $"{made.GetValueOrDefault(changed, "none")}, is {now.GetValueOrDefault(changed, "none")}). "
                + "Use another ‹output›, or delete that folder to start afresh.");
        }
    }

    /// <summary>
    /// Binds the folder to a configuration. Comes behind all that may be wrong with one: a mistake that was mended
    /// is another configuration, and must not need another folder.
    /// </summary>
    /// <exception cref="PromptKDException">The disk is full or the folder is not writable.</exception>
    public void Begin(ExperimentConfig config) =>
        BegunConfig.Write(In(ConfigFile), config with { Train = config.Train with { AcceptChanges = false } });

    /// <summary>What is remembered of the digests of the run's inputs.</summary>
    public DigestMemory OpenDigests() => DigestMemory.Open(In(".digests.tsv"), isReadOnly: IsReadOnly);

    /// <summary>Refuses a run that is not finished where nothing can be written.</summary>
    /// <exception cref="PromptKDException">The folder is not writable.</exception>
    public void RequireWritable()
    {
        if (_notWritable is not null)
        {
            throw _notWritable;
        }
    }

    /// <summary>Adds a line to the log, with the time.</summary>
    /// <exception cref="PromptKDException">The disk is full.</exception>
    public void Log(string line) => _log.WriteTimed(line);

    /// <summary>Adds a line to the log as it is, for programs that read logs of Dassl's.</summary>
    /// <exception cref="PromptKDException">The disk is full.</exception>
    public void LogPlain(string line) => _log.Write(line);

    /// <summary>Writes <c>metrics.jsonl</c> anew: one line an epoch and one a validation.</summary>
    public void WriteMetrics(IEnumerable<MetricLine> lines) => WriteLines(
        "metrics.jsonl",
        lines.Select(line => JsonSerializer.Serialize(line, RunJson.Lines.GetTypeInfo(line.GetType())!)));

    /// <summary>Writes <c>curves.csv</c> anew.</summary>
    public void WriteCurves(IEnumerable<string> lines) => WriteLines("curves.csv", lines);

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _hold?.Dispose();
    }

    private static RunFolder Open(string path, ExperimentConfig? config, Func<string, LogFile> openLog)
    {
        RefusePackage(path);
        FolderHold hold;
        try
        {
            hold = FolderHold.Take(path);
        }
        catch (PromptKDException fault) when (WriteFault.IsReadOnly(fault) && HoldsSomething(path))
        {
            RefuseOther(path, config);
            return new RunFolder(path, fault);
        }

        try
        {
            Remains.Clear(path, Depth);
            RefuseOther(path, config);
            return new RunFolder(path, hold, openLog(path));
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    private static void RefuseOther(string path, ExperimentConfig? config)
    {
        if (config is not null)
        {
            RefuseOtherConfiguration(path, config);
        }
    }

    private static bool HoldsSomething(string path) =>
        File.Exists(Path.Combine(path, ConfigFile)) || File.Exists(Path.Combine(path, TrainingResult.FileName));

    private void WriteLines(string name, IEnumerable<string> lines)
    {
        if (!_isWatched)
        {
            WholeFile.WriteText(In(name), string.Concat(lines.Select(line => line + "\n")));
        }
    }

    private string In(string name) => Path.Combine(Root, name);
}
