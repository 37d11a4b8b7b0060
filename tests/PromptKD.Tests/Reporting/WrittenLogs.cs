using System.Text;

namespace PromptKD.Tests.Reporting;

/// <summary>A folder with logs of the form that Dassl's programs write.</summary>
internal sealed class WrittenLogs : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static string Epoch(double? val) =>
        "epoch [1/3] batch [1/1] time 0.1 (0.1) data 0.0 (0.0) loss 1.2 (1.2) lr 1.0000e-05 eta 0:00:01\n"
        + (val is { } accuracy ? "Evaluate on the *val* set\n" + Result(accuracy) : "");

    public static string Result(double accuracy) => FormattableString.Invariant(
        $"=> result\n* total: 100\n* correct: 80\n* accuracy: {accuracy:0.0}%\n* error: 19.8%\n* macro_f1: 70.0%\n");

    public static string Trained(double accuracy) => Epoch(null) + "Finish training\n" + Result(accuracy);

    /// <param name="path">Below <see cref="Folder"/>, or an absolute one.</param>
    /// <param name="said">What its head says.</param>
    /// <param name="rest">What stands behind the head.</param>
    public void Write(string path, LogHead said, string rest)
    {
        string file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var text = new StringBuilder($"""
            ***************
            ** Arguments **
            ***************
            backbone: 
            config_file: {said.ConfigFile}
            model_dir: {said.ModelDir}
            seed: {said.Seed}
            ************
            ** Config **
            ************
            DATASET:
              NAME: {said.Dataset}
              SOURCE_DOMAINS: []
              STL10_FOLD: -1
              SUBSAMPLE_CLASSES: {said.Classes}

            """);
        text.Append(said.Shots is { } shots ? $"  NUM_SHOTS: {shots}\n" : "");
        string input = said.Input ?? "  PIXEL_MEAN:\n  - 0.48145466\n  - 0.4578275\n  - 0.40821073";
        text.Append($"INPUT:\n{input}\n");
        text.Append(said.Backbone is { } backbone ? $"MODEL:\n  BACKBONE:\n    NAME: {backbone}\n" : "");
        text.Append(said.Optim is { } optim ? $"OPTIM:\n{optim}\n" : "");
        text.Append($"SEED: {said.Seed}\nTEST:\n  FINAL_MODEL: {said.FinalModel}\nTRAINER:\n");
        text.Append(said.Modal is { } modal ? $"  MODAL: {modal}\n" : "  COOP:\n    CTX: 4\n");
        text.Append(said.PromptKD is { } keys ? $"  PROMPTKD:\n{keys}\n" : "");
        text.Append($"  NAME: {said.Trainer}\nCollecting env info ...\n** System info **\nPyTorch version: 1.13.1\n");
        text.Append($"Loading trainer: {said.Trainer}\n{rest}");
        File.WriteAllText(file, text.ToString());
    }
}

/// <summary>What the head of a log says.</summary>
internal sealed record LogHead(string Trainer, string Dataset, int Seed = 1)
{
    public string Classes { get; init; } = "all";

    public string? Modal { get; init; }

    public string? PromptKD { get; init; }

    public string? Optim { get; init; }

    public string? Input { get; init; }

    public string FinalModel { get; init; } = "last_step";

    public string ConfigFile { get; init; } = "";

    public string ModelDir { get; init; } = "";

    public string? Backbone { get; init; }

    public int? Shots { get; init; }
}
