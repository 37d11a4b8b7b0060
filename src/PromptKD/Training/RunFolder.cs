using System.Globalization;
using System.Text;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>
/// The folder of one run: <c>config.yaml</c>, <c>log.txt</c>, <c>metrics.jsonl</c>, <c>checkpoints/</c> and the
/// student package. One process writes it at a time, and only with the configuration that it was begun with.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    // Keys that say where and how fast, not what comes out; the picture size follows from the student.
    private static readonly string[] s_harmlessKeys =
    [
        "OUTPUT_DIR", "DEVICE", "USE_CUDA", "RESUME", "DATALOADER.NUM_WORKERS", "TRAIN.PRINT_FREQ",
        "TRAIN.CHECKPOINT_MINUTES", "DATALOADER.TEST.BATCH_SIZE", "DISTILL.VOCAB", "INPUT.SIZE",
        "TRAIN.MEMORY", "TRAIN.TEXT_CHUNK",
    ];

    private const string ConfigFile = "config.yaml";
    private const string LogFile = "log.txt";

    private readonly FileStream _lock;
    private readonly FileStream _log;

    private RunFolder(string path, FileStream held)
    {
        Root = path;
        _lock = held;

        // Unbuffered, so that a full disk shows where a line is written, not where the file is closed.
        _log = new FileStream(In(LogFile), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The deployable package.</summary>
    public string StudentFolder => In("student");

    /// <summary>The state of the run.</summary>
    public string CheckpointPath => In(Path.Combine("checkpoints", "last.safetensors"));

    /// <summary>Opens a new folder, or one that was begun with the same configuration.</summary>
    /// <param name="path">The folder; made where there is none.</param>
    /// <param name="config">The full configuration.</param>
    /// <exception cref="PromptKDException">
    /// Another configuration began it (says which key differs), another process is writing it, or it is not writable.
    /// </exception>
    public static RunFolder Open(string path, ExperimentConfig config)
    {
        FileStream held = Hold(path);
        try
        {
            string configPath = Path.Combine(path, ConfigFile);
            if (File.Exists(configPath))
            {
                RefuseOtherConfiguration(path, new ExperimentConfig().MergeFile(configPath), config);
            }

            return new RunFolder(path, held);
        }
        catch
        {
            held.Dispose();
            throw;
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
                + "Use another --output, or delete that folder to start afresh.");
        }
    }

    /// <summary>
    /// Binds the folder to a configuration. Comes behind all that may be wrong with one: a mistake that was mended
    /// is another configuration, and must not need another folder.
    /// </summary>
    /// <exception cref="PromptKDException">The disk is full or the folder is not writable.</exception>
    public void Begin(ExperimentConfig config) => config.WriteFile(In(ConfigFile));

    /// <summary>Adds a line to the log, with the time.</summary>
    /// <exception cref="PromptKDException">The disk is full.</exception>
    public void Log(string line)
    {
        try
        {
            _log.Write(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z {line}\n")));
        }
        catch (IOException error)
        {
            throw new PromptKDException($"Cannot write '{In(LogFile)}': {error.Message}", error);
        }
    }

    /// <summary>Writes <c>metrics.jsonl</c> anew: one line an epoch and one a validation.</summary>
    public void WriteMetrics(IEnumerable<object> records) => WholeFile.WriteText(
        In("metrics.jsonl"),
        string.Concat(records.Select(record => JsonSerializer.Serialize(record, RecordJson.Options) + "\n")));

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _lock.Dispose();
    }

    private static FileStream Hold(string path)
    {
        string lockPath = Path.Combine(path, ".lock");
        try
        {
            Directory.CreateDirectory(path);
            return new FileStream(
                lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException error) when (File.Exists(lockPath))
        {
            throw new PromptKDException(
                $"{path}: another process is writing this run. Wait for it, or stop it.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot write the output folder '{path}': {error.Message}", error);
        }
    }

    private static void RefuseOtherConfiguration(string path, ExperimentConfig begun, ExperimentConfig now)
    {
        ConfigDifference? difference = ExperimentConfig.Differences(begun, now)
            .FirstOrDefault(one => !s_harmlessKeys.Contains(one.Key));
        if (difference is not null)
        {
            throw new PromptKDException(
                $"{path} holds a run of another configuration: {difference}. "
                + "Use another --output, or delete that folder to start afresh.");
        }
    }

    private string In(string name) => Path.Combine(Root, name);
}
