using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace PromptKD.Runtime;

/// <summary>
/// Settings in messages: the code writes <c>‹batch-size›</c>, which a program that takes options shows as
/// <c>--batch-size</c>, and everybody else reads as the property. So it does with commands: of <c>‹promptkd export›</c>
/// the program shows the words, and the library names its method.
/// </summary>
internal static partial class SettingNames
{
    // The others are called as their property: --teacher-prompts is TeacherPrompts.
    private static readonly FrozenDictionary<string, string> s_otherwise = new Dictionary<string, string>
    {
        ["accept-changes"] = "Train.AcceptChanges",
        ["batch-size"] = "DataLoader.TrainX.BatchSize",
        ["cors"] = "AllowOrigins",
        ["data"] = "Labelled",
        ["dataset-config-file"] = "Dataset.Name",
        ["epochs"] = "Optim.MaxEpoch",
        ["kd-weight"] = "Trainer.PromptKD.KdWeight",
        ["lr"] = "Optim.Lr",
        ["max-body"] = "MaxBodyBytes",
        ["memory"] = "Train.Memory",
        ["output"] = "output folder",
        ["no-map"] = "DrawsMaps false",
        ["prompt-length"] = "Trainer.PromptKD.NCtxVision",
        ["promptkd classes rename"] = "StudentClasses.Change",
        ["promptkd datasets check"] = "DatasetReport.Of",
        ["promptkd datasets list"] = "DatasetCatalog.All",
        ["promptkd datasets show"] = "DatasetCatalog.Find",
        ["promptkd export"] = "OnnxExport.Write",
        ["promptkd train"] = "Experiment.Train",
        ["reload"] = "ReloadEvery",
        ["shard"] = "StorePart",
        ["template"] = "Templates",
        ["trainer"] = "Trainers",
        ["unready"] = "UnreadyFor",
    }.ToFrozenDictionary();

    /// <summary>The text with each setting under a name.</summary>
    /// <param name="text">As the code has it.</param>
    /// <param name="nameOf">From "batch-size" to what it is called.</param>
    public static string Name(string text, Func<string, string> nameOf) =>
        text.Contains('‹') ? Marked().Replace(text, match => nameOf(match.Groups["setting"].Value)) : text;

    /// <summary>What a setting is called in the library.</summary>
    /// <param name="setting">As an option has it, without dashes.</param>
    public static string PropertyOf(string setting) => s_otherwise.GetValueOrDefault(
        setting, string.Concat(setting.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])));

    /// <summary>What a setting is called where nobody knows whether options or properties are read.</summary>
    /// <param name="setting">As an option has it, without dashes.</param>
    public static string WordsOf(string setting) => setting.Replace('-', ' ');

    [GeneratedRegex("‹(?<setting>[a-z][a-z0-9]*(-[a-z0-9]+)*|promptkd [a-z]+( [a-z]+)?)›")]
    private static partial Regex Marked();
}
