using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using PromptKD;
using PromptKD.Models.Clip;
using RandomClip;

// Makes what a measurement at true size needs, without a download: weights and pictures that mean nothing.
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
var count = new Option<int>("--count") { Description = "How many.", DefaultValueFactory = _ => 16 };
var file = new Option<string>("--output") { Description = "File to write, as ViT-B-16.pt.", Required = true };
var folder = new Option<string>("--output") { Description = "Folder to write to.", Required = true };
var seed = new Option<int>("--seed")
{
    Description = "The same seed gives the same files.",
    DefaultValueFactory = _ => 1,
};
var weights = new Command("weights", "A CLIP with random weights, as a TorchScript archive like OpenAI's.")
{
    architecture, file, seed,
};
weights.SetAction(arguments =>
{
    ClipArchitecture chosen = architectures.Single(one => one.Name == arguments.GetValue(architecture));
    using DisposeScope scope = NewDisposeScope();
    OrderedDictionary<string, Tensor> tensors = RandomWeights.Draw(chosen, arguments.GetValue(seed));
    TorchScriptArchive.Write(arguments.GetValue(file)!, chosen, tensors);
    long parameters = tensors.Values.Sum(one => one.numel());
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{chosen.Name}: {parameters:n0} parameters to '{arguments.GetValue(file)}'"));
});
var pictures = new Command("pictures", "JPEG files of gradients and noise.") { count, folder, seed };
pictures.SetAction(arguments => Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{RandomPictures.Write(arguments.GetValue(folder)!, arguments.GetValue(count), arguments.GetValue(seed)).Count} "
    + $"pictures to '{arguments.GetValue(folder)}'")));

// The library knows how to load libtorch on older systems; it has to be there before torch is first touched.
RuntimeHelpers.RunModuleConstructor(typeof(Experiment).Module.ModuleHandle);
try
{
    var command = new RootCommand("Makes CLIPs and pictures of true size with random content.") { weights, pictures };
    return command.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (PromptKDException error)
{
    Console.Error.WriteLine($"random-clip: {error.Message}");
    return 2;
}
