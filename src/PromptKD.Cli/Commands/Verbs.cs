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
            DistillCommand.Create(),
            RecipesCommand.Create(),
            TrainCommand.Create(),
            FeaturesCommand.Create(),
            EvaluateCommand.Create(),
            PredictCommand.Create(),
            BenchmarkCommand.Create(),
            ProbeCommand.Create(),
            ReportCommand.Create(),
            DatasetsCommand.Create(),
            CheckCommand.Create(),
            InterpretCommand.Create(),
        };
        OptionRules.Add(root);
        return root;
    }
}
