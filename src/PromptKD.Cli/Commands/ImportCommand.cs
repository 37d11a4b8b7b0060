using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Server.Import;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd import custom-vision</c>: pictures and tags of other services, as class folders.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> s_export = new("export")
    {
        Description = "Folder of a project's pictures, and of the answers of GetTaggedImages as JSON files.",
    };

    private static readonly Option<string> s_output = new("--output")
    {
        Description = "New folder for the class folders [required]",
        HelpName = "DIR",
        Required = true,
    };

    /// <summary>The verb with what it imports.</summary>
    public static Command Create() => new("import", "Bring labelled pictures from another service.") { CustomVision() };

    private static Command CustomVision()
    {
        var command = new Command("custom-vision", "Turn a project of Azure Custom Vision into class folders.")
        {
            s_export, s_output,
        };
        command.SetAction((parsed, cancellation) =>
        {
            string output = parsed.GetValue(s_output)!;
            ImportedPictures imported = CustomVisionImport.Run(
                parsed.GetValue(s_export)!, output, left => Messages.Warning($"left out {left}"), cancellation);
            Answers.Sentence($"{SortingNotes.Pictures(imported.Pictures)} of {imported.Classes} classes in {output}");
            return Task.FromResult(0);
        });
        return command;
    }
}
