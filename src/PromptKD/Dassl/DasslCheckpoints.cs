using System.Globalization;
using PromptKD.Methods;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Models.Weights.Zip;
using PromptKD.Runtime;

namespace PromptKD.Dassl;

/// <summary>
/// The checkpoints of a run where Dassl's programs keep them, in their format: <c>model-best.pth.tar</c>,
/// <c>model.pth.tar-N</c> and the text file <c>checkpoint</c>, which names the one written last.
/// </summary>
/// <param name="output">Output folder of the run.</param>
/// <param name="trainer">TRAINER.NAME: decides the folder below it, and what is saved.</param>
/// <param name="mark">Which run writes them, by a digest of its settings; null where they are only read.</param>
internal sealed class DasslCheckpoints(string output, string trainer, string? mark = null)
{
    private const string BestFile = "model-best.pth.tar";
    private const string NumberedFile = "model.pth.tar-";
    private const string PointerFile = "checkpoint";

    /// <summary>What is saved.</summary>
    public DasslModel Model { get; } = DasslModel.Of(trainer);

    /// <summary>The folder that holds them.</summary>
    public string Folder { get; } = Path.Combine(output, DasslModel.Of(trainer).Folder);

    /// <summary>The model of the best epoch.</summary>
    public string Best => Path.Combine(Folder, BestFile);

    /// <summary>The model of one epoch, counted from 1.</summary>
    public string Of(int epoch) =>
        Path.Combine(Folder, NumberedFile + epoch.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes a checkpoint and makes it the one written last.</summary>
    /// <param name="path"><see cref="Best"/> or <see cref="Of"/>.</param>
    /// <param name="model">The method as it is now.</param>
    /// <param name="training">What a training that goes on from it needs.</param>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public void Write(string path, ITrainedMethod model, DasslTrainingState training)
    {
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<KeyValuePair<string, Tensor>> state = Model.StateOf(model, model.Deployed);
        var tensors = new PickleDictionary { IsOrdered = true };
        foreach ((string name, Tensor value) in state)
        {
            tensors[name] = value;
        }

        TorchZipWriter.Write(path, new PickleDictionary
        {
            ["state_dict"] = tensors,
            ["epoch"] = training.Epoch,
            ["optimizer"] = training.Optimizer(state),
            ["scheduler"] = training.Scheduler(),
            ["val_result"] = training.ValidationResult,
        }, mark: mark);
        WholeFile.WriteText(Path.Combine(Folder, PointerFile), Path.GetFileName(path) + "\n");
    }

    /// <summary>The checkpoint to evaluate: that of an epoch, else the best, else the one written last.</summary>
    /// <param name="epoch">Counted from 1; null for the best.</param>
    /// <exception cref="PromptKDException">There is none; the message says what there is.</exception>
    public string Find(int? epoch)
    {
        string? path = epoch is { } number ? Of(number) : File.Exists(Best) ? Best : LastWritten();
        if (path is not null && File.Exists(path))
        {
            return path;
        }

        string[] files = Directory.Exists(Folder)
            ? [.. Directory.EnumerateFiles(Folder, "model*").Select(Path.GetFileName).Order(StringComparer.Ordinal)!]
            : [];
        string found = files.Length > 0 ? $"has {string.Join(", ", files)}" : "has no checkpoints";
        throw new PromptKDException(
            $"{path ?? Best}: there is no such file; {Folder} {found}. Check ‹model-dir› and ‹load-epoch›.")
        {
            Code = PromptKDError.MissingFile,
        };
    }

    /// <summary>The checkpoint that the text file names; null without one.</summary>
    public string? LastWritten()
    {
        string pointer = Path.Combine(Folder, PointerFile);
        if (!File.Exists(pointer))
        {
            return null;
        }

        string name = RegularFile.Explain(pointer, RegularFile.ReadAllText).Trim();
        string path = Path.Combine(Folder, Path.GetFileName(name));
        return File.Exists(path) ? path : null;
    }

    /// <summary>The checkpoint of the latest epoch; null where no file is numbered.</summary>
    public string? Latest() => Directory.Exists(Folder)
        ? Directory.EnumerateFiles(Folder, NumberedFile + "*")
            .Where(path => EpochOf(path) is not null)
            .MaxBy(EpochOf)
        : null;

    private static int? EpochOf(string path) => int.TryParse(
        Path.GetFileName(path)[NumberedFile.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int epoch)
        ? epoch
        : null;
}
