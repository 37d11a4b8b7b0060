using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace PromptKD.Runtime;

/// <summary>
/// Settings in messages: the code writes <c>‹batch-size›</c>, which a program that takes options shows as
/// <c>--batch-size</c>, and everybody else reads as the property.
/// </summary>
internal static partial class SettingNames
{
    // The others are called as their property: --teacher-prompts is TeacherPrompts.
    private static readonly FrozenDictionary<string, string> s_otherwise = new Dictionary<string, string>
    {
        ["accept-changes"] = "Train.AcceptChanges",
        ["batch-size"] = "DataLoader.TrainX.BatchSize",
        ["data"] = "Labelled",
        ["dataset-config-file"] = "Dataset.Name",
        ["epochs"] = "Optim.MaxEpoch",
        ["kd-weight"] = "Trainer.PromptKD.KdWeight",
        ["lr"] = "Optim.Lr",
        ["memory"] = "Train.Memory",
        ["output"] = "output folder",
        ["no-map"] = "DrawsMaps false",
        ["prompt-length"] = "Trainer.PromptKD.NCtxVision",
        ["shard"] = "StorePart",
        ["template"] = "Templates",
        ["trainer"] = "Trainers",
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

    [GeneratedRegex("‹(?<setting>[a-z][a-z0-9]*(-[a-z0-9]+)*)›")]
    private static partial Regex Marked();
}
