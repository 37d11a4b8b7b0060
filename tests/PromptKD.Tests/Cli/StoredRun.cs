using PromptKD.Demo;

namespace PromptKD.Tests.Cli;

/// <summary>One store that <c>promptkd features</c> made with the demo's teacher: two views, and two shards.</summary>
public sealed class StoredRun : IDisposable
{
    public StoredRun()
    {
        DemoData.Write(Path.Combine(Root, "pictures"), photosPerClass: 6, testPerClass: 1);
        Result = CliProgram.Run(Arguments(("--views", "2"), ("--output", Store)));
    }

    /// <summary>A folder that goes with the store.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory().FullName;

    /// <summary>288 pictures: a shard of 256, and one of 32.</summary>
    public string Photos => Path.Combine(Root, "pictures", DemoData.PhotosFolder);

    /// <summary>The names of the 48 classes, one a line.</summary>
    public string ClassNames => Path.Combine(Root, "pictures", DemoData.ClassNamesFile);

    /// <summary>The folder of the store.</summary>
    public string Store => Path.Combine(Root, "store");

    /// <summary>What the program said.</summary>
    internal CliResult Result { get; }

    /// <summary>A command line that stores features of <see cref="Photos"/>, with further options.</summary>
    public IEnumerable<string> Arguments(params (string Name, string Value)[] options) =>
    [
        "features", "--images", Photos, "--teacher", DistilledRun.TeacherFolder, "--precision", "fp32",
        .. options.SelectMany(option => new[] { option.Name, option.Value }),
    ];

    /// <summary>A path below <see cref="Root"/> that nothing else uses.</summary>
    public string NewPath() => Path.Combine(Root, Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
