using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PromptKD.Cli.Terminal;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary>What the verbs that use a student have in common.</summary>
internal static class StudentOptions
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Option<string> Model() => new("--model")
    {
        Description = "A student package: the student/ folder of a run [required]",
        HelpName = "DIR",
        Required = true,
    };

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line [default: off]" };

    public static Option<string> Device() => new("--device")
    {
        Description = "auto, cpu, cuda or cuda:n [default: auto]",
        HelpName = "NAME",
    };

    public static Option<string> Precision() => new("--precision")
    {
        Description = "auto, fp32, bf16 or fp16 (GPUs only) [default: as the student was trained]",
        HelpName = "NAME",
    };

    /// <summary>For verbs that use a student: it knows how it was trained.</summary>
    public static SettingToggle Upright { get; } = new(
        "--upright",
        "--no-upright",
        "INPUT.UPRIGHT",
        "Turn pictures as their EXIF orientation says",
        "Take pictures as they are stored",
        Default: "as the student was trained");

    public static string ToJson<T>(T record) => JsonSerializer.Serialize(record, s_json);

    /// <summary>Shows what is odd, and nothing else.</summary>
    public static IRunObserver Warnings { get; } = new WarningsAlone();

    public static void WarnOfSkipped(SkippedPicture picture) =>
        Messages.Warning($"skipped {picture.Path}: {picture.Reason}");

    private sealed class WarningsAlone : IRunObserver
    {
        public void OnWarning(string message) => Messages.Warning(message);
    }
}
