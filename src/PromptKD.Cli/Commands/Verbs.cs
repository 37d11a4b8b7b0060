using System.CommandLine;

namespace PromptKD.Cli.Commands;

/// <summary>All verbs of the program.</summary>
internal static class Verbs
{
    /// <summary>The program's command line, with its rules.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Turns a large CLIP and a folder of unlabelled images into a small classifier.")
        {
            DemoCommand.Create(),
            TeachCommand.Create(),
            PreviewCommand.Create(),
            DistillCommand.Create(),
            RecipesCommand.Create(),
            ModelsCommand.Create(),
            TrainCommand.Create(),
            FeaturesCommand.Create(),
            EvaluateCommand.Create(),
            PredictCommand.Create(),
            EmbedCommand.Create(),
            ClassesCommand.Create(),
            ExportCommand.Create(),
            ServeCommand.Create(),
            ImportCommand.Create(),
            BenchmarkCommand.Create(),
            ProbeCommand.Create(),
            ReportCommand.Create(),
            DatasetsCommand.Create(),
            CheckCommand.Create(),
            ProfileCommand.Create(),
            InterpretCommand.Create(),
        };
        OptionRules.Add(root);
        return root;
    }

    /// <summary>The command line as it is read: the flags of <c>train</c> may come again, as with its model.</summary>
    public static IReadOnlyList<string> Prepare(string[] arguments, RootCommand root) =>
        arguments is [TrainCommand.Name, ..]
            ? RepeatedFlags.KeepLast(arguments, root.Subcommands.First(verb => verb.Name == TrainCommand.Name))
            : arguments;
}
