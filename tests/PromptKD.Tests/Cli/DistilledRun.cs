using PromptKD.Demo;
using PromptKD.Golden;

namespace PromptKD.Tests.Cli;

/// <summary>
/// One run of <c>promptkd distill</c> on the demo's models and few pictures, one of them damaged, that all tests of
/// the command line share.
/// </summary>
public sealed class DistilledRun : IDisposable
{
    /// <summary>Name of the picture that cannot be read.</summary>
    public const string DamagedPicture = "damaged.png";

    public DistilledRun()
    {
        DemoData.Write(Pictures, photosPerClass: 1, testPerClass: 1);
        File.WriteAllText(Path.Combine(Photos, DamagedPicture), "no picture");
        Options = new Dictionary<string, string>
        {
            ["--recipe"] = "paper",
            ["--images"] = Photos,
            ["--classes"] = Path.Combine(Pictures, DemoData.ClassNamesFile),
            ["--teacher"] = TeacherFolder,
            ["--student"] = StudentFolder,
            ["--vocab"] = Path.Combine(TeacherFolder, "merges.txt"), // Else PROMPTKD_CLIP_VOCAB wins, where it is set.
            ["--output"] = Output,
            ["--val"] = TestPictures,
            ["--base"] = "24",
            ["--epochs"] = "2",
            ["--batch-size"] = "16",
            ["--precision"] = "fp32",
        };
        Result = CliProgram.Run(Arguments());
    }

    /// <summary>The demo's teacher, an open_clip folder.</summary>
    public static string TeacherFolder { get; } = Path.Combine(ProjectFolder.Root, "demo", "teacher");

    /// <summary>The demo's student, an open_clip folder.</summary>
    public static string StudentFolder { get; } = Path.Combine(ProjectFolder.Root, "demo", "student");

    /// <summary>A folder that goes with the run.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory().FullName;

    /// <summary>What the demo draws.</summary>
    public string Pictures => Path.Combine(Root, "pictures");

    /// <summary>48 unlabelled pictures and the damaged one.</summary>
    public string Photos => Path.Combine(Pictures, DemoData.PhotosFolder);

    /// <summary>48 class folders of one picture.</summary>
    public string TestPictures => Path.Combine(Pictures, DemoData.TestFolder);

    /// <summary>The folder of the run.</summary>
    public string Output => Path.Combine(Root, "run");

    /// <summary>The student package.</summary>
    public string Student => Path.Combine(Output, "student");

    /// <summary>Options of the run.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>What the program said.</summary>
    internal CliResult Result { get; }

    /// <summary>The command line of the run, with some options changed (left out where the value is null).</summary>
    public IEnumerable<string> Arguments(params (string Name, string? Value)[] changes)
    {
        var options = new Dictionary<string, string>(Options);
        foreach ((string name, string? value) in changes)
        {
            options.Remove(name);
            if (value is not null)
            {
                options.Add(name, value);
            }
        }

        return ["distill", .. options.SelectMany(option => new[] { option.Key, option.Value })];
    }

    /// <summary>A path below <see cref="Root"/> that nothing else uses.</summary>
    public string NewPath(string ending = "") => Path.Combine(Root, Guid.NewGuid().ToString("N") + ending);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>The tests of the command line: one after the other, on one run.</summary>
[CollectionDefinition(Name)]
public sealed class CommandLine : ICollectionFixture<DistilledRun>
{
    public const string Name = "command line";
}
