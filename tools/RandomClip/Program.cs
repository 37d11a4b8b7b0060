using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using PromptKD;
using PromptKD.Models;
using RandomClip;

// Writes a CLIP of true size with random weights, in OpenAI's format: for measuring time and memory, not accuracy.
ClipArchitecture[] architectures =
[
    ClipArchitecture.VitB32, ClipArchitecture.VitB16, ClipArchitecture.VitL14, ClipArchitecture.VitL14At336,
];
var architecture = new Option<string>("--architecture")
{
    Description = "Which of OpenAI's models to imitate.",
    DefaultValueFactory = _ => ClipArchitecture.VitB16.Name,
};
architecture.AcceptOnlyFromAmong([.. architectures.Select(one => one.Name)]);
var output = new Option<string>("--output") { Description = "File to write, as ViT-B-16.pt.", Required = true };
var seed = new Option<long>("--seed")
{
    Description = "The same seed gives the same file.",
    DefaultValueFactory = _ => 1,
};
var command = new RootCommand("Writes a CLIP with random weights as a TorchScript archive like OpenAI's.")
{
    architecture, output, seed,
};
command.SetAction(arguments =>
{
    // The library knows how to load libtorch on older systems; it has to be there before torch is first touched.
    RuntimeHelpers.RunModuleConstructor(typeof(PromptKDException).Module.ModuleHandle);
    ClipArchitecture chosen = architectures.Single(one => one.Name == arguments.GetValue(architecture));
    string path = arguments.GetValue(output)!;
    try
    {
        using DisposeScope scope = NewDisposeScope();
        OrderedDictionary<string, Tensor> weights = RandomWeights.Draw(chosen, arguments.GetValue(seed));
        TorchScriptArchive.Write(path, chosen, weights);
        long parameters = weights.Values.Sum(one => one.numel());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{chosen.Name}: {parameters:n0} random parameters to '{path}'"));
        return 0;
    }
    catch (PromptKDException error)
    {
        Console.Error.WriteLine($"random-clip: {error.Message}");
        return 2;
    }
});
return command.Parse(args).Invoke();
