using System.CommandLine;
using System.Runtime.CompilerServices;
using EmojiStyles;
using PromptKD;

// Prepares the pictures and the CLIPs of the benchmark, and writes its tables: README.md beside this file says how.
var data = new Argument<string>("data") { Description = "The folder that fetch.sh filled." };
var splits = new Option<int[]>("--split")
{
    Description = "Seeds of the splits.",
    DefaultValueFactory = _ => [0, 1, 2, 3, 4],
    AllowMultipleArgumentsPerToken = true,
};
var target = new Option<string[]>("--target")
{
    Description = "Styles to distil on.",
    DefaultValueFactory = _ => ["fluent-3d", "twemoji"],
    AllowMultipleArgumentsPerToken = true,
};
var models = new Option<string[]>("--model")
{
    Description = "Which to train.",
    DefaultValueFactory = _ => [.. ModelRecipe.All.Select(one => one.Plan.Name)],
    AllowMultipleArgumentsPerToken = true,
};
var scale = new Option<int?>("--scale")
{
    Description = "What cosines are multiplied by in the end, 1 to 100; the folders are named after it.",
};
scale.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int?>() is < 1 or > 100)
    {
        result.AddError("--scale is a whole number from 1 to 100.");
    }
});
var threads = new Option<int>("--threads")
{
    Description = "Threads that compute.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
var drawing = new Argument<string>("file") { Description = "The SVG to write." };

Command svg = Verb("svg", "Write the drawings that a renderer is to draw.", [data], parsed =>
{
    var packages = new Packages(parsed.GetValue(data)!);
    foreach ((string style, int count) in SvgFolder.Write(packages, ConceptList.Read(packages)))
    {
        Console.WriteLine($"{style} {count}");
    }
});
Command prepare = Verb("prepare", "Write the pictures of the splits.", [data, splits, target], parsed =>
{
    var packages = new Packages(parsed.GetValue(data)!);
    IReadOnlyList<Concept> concepts = ConceptList.Read(packages);
    foreach (Split split in parsed.GetValue(splits)!.Select(seed => Split.Make(concepts, seed)))
    {
        foreach (Style style in parsed.GetValue(target)!.Select(Style.Named))
        {
            (int train, int test) = SplitFolder.Write(packages, split, concepts, style);
            Console.WriteLine(
                $"split {split.Seed}, {style.Name}: {split.Classes.Count} classes, {train} pictures to learn from, "
                + $"{test} to test on");
        }
    }
});
Command pretrain = Verb("pretrain", "Train the teacher and the student.", [data, models, scale, threads], parsed =>
{
    // The library knows how to load libtorch on older systems; it has to be there before torch is first touched.
    RuntimeHelpers.RunModuleConstructor(typeof(Experiment).Module.ModuleHandle);
    set_num_threads(parsed.GetValue(threads));
    var packages = new Packages(parsed.GetValue(data)!);
    IReadOnlyList<Concept> concepts = ConceptList.Read(packages);
    var maker = new ModelMaker(packages, concepts);
    foreach (ModelRecipe recipe in ModelRecipe.All.Where(one => parsed.GetValue(models)!.Contains(one.Plan.Name)))
    {
        maker.Make(recipe.AtScale(parsed.GetValue(scale)), Split.Make(concepts, seed: 0));
    }
});
Command table = Verb("table", "Print the tables of all finished runs, in Markdown.", [data, scale], parsed =>
{
    IReadOnlyList<RunResult> runs = RunResult.ReadAll(Results(parsed));
    Console.Write(ResultTable.Write(runs) + ResultComparison.Write(runs));
});
Command curves = Verb("curves", "Draw how the recipes learned, as SVG.", [data, scale, drawing], parsed =>
    ResultCurves.Draw(Results(parsed), parsed.GetValue(drawing)!));
return new RootCommand("The benchmark EmojiStyles: real pictures, and small CLIPs that learned from them.")
{
    svg, prepare, pretrain, table, curves,
}.Parse(args).Invoke();

// Where run.sh leaves what a pair of CLIPs came to.
string Results(ParseResult parsed) => Path.Combine(
    parsed.GetValue(data)!, parsed.GetValue(scale) is { } held ? $"results-{held}" : "results");

static Command Verb(string name, string description, Symbol[] symbols, Action<ParseResult> run)
{
    var command = new Command(name, description);
    foreach (Symbol symbol in symbols)
    {
        if (symbol is Argument argument)
        {
            command.Arguments.Add(argument);
        }
        else
        {
            command.Options.Add((Option)symbol);
        }
    }

    command.SetAction(parsed =>
    {
        try
        {
            run(parsed);
            return 0;
        }
        catch (PromptKDException error)
        {
            Console.Error.WriteLine($"emoji-styles: {error.Message}");
            return 2;
        }
    });
    return command;
}
