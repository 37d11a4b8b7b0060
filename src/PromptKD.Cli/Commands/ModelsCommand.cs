using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Models.Weights.Hub;

namespace PromptKD.Cli.Commands;

/// <summary>
/// <c>promptkd models</c>: the models that have a name, what they cost, and which are on this machine.
/// </summary>
internal static class ModelsCommand
{
    private const double Million = 1e6;
    private const double Billion = 1e9;

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("models", "List the models that can be named, and which are on this machine.");
        command.SetAction(_ =>
        {
            IReadOnlyList<PublishedModel> models = PublishedModels.List();
            TextTable.Print(
                ["name", "use", "pixels", "parameters", "multiply-adds", "licence of the weights", "here"],
                models.Select(Row));
            Answers.Lines($"""
                Parameters and multiply-adds are those of the image tower. Each name may stand wherever a model is asked
                for, and is fetched once; so may hf:ORG/NAME and open_clip:ORG/NAME, repositories of Hugging Face's hub
                with such a model. Licences are as far as known here; what the repository says counts.
                """);
            return 0;
        });
        return command;
    }

    private static IReadOnlyList<string> Row(PublishedModel model) =>
    [
        model.Name,
        model.CanTeach ? "teacher, student" : "student",
        model.ImageSize.ToString(CultureInfo.InvariantCulture),
        Number(model.Parameters / Million, "M"),
        Number(model.MultiplyAdds / Billion, "G"),
        model.Licence,
        model.IsCached ? "yes" : "no",
    ];

    private static string Number(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {unit}");
}
