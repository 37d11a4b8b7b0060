using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration.Presets;

namespace PromptKD.Cli.Commands;

/// <summary>
/// <c>promptkd recipes</c>: prints the settings that distilling begins with, as files to read and to change.
/// </summary>
internal static class RecipesCommand
{
    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "The one to print, as YAML; without it, what there is",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("recipes", "Print the settings that distill begins with.") { name };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is { } asked)
            {
                foreach (string line in Recipe.Find(asked).Yaml.TrimEnd().Split('\n'))
                {
                    Answers.Line(line);
                }

                return 0;
            }

            foreach (Recipe recipe in Recipe.All)
            {
                Answers.Sentence(
                    $"{recipe.Name}{(recipe.Name == Recipe.DefaultName ? " (the default)" : "")}: {recipe.Summary}");
            }

            Answers.Lines($"""
                One of your own is a file of the same keys:

                  promptkd recipes {Recipe.DefaultName} > mine.yaml
                  promptkd distill --config mine.yaml --images photos/ --classes classes.txt \
                    --output runs/photos --teacher openai:ViT-L/14 --student openai:ViT-B/16
                """);
            return 0;
        });
        return command;
    }
}
