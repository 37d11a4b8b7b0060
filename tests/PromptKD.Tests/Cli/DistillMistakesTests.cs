using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Cli;

/// <summary>What a user can get wrong: one line, exit code 2, and the word that tells what to mend.</summary>
[Collection(CommandLine.Name)]
public sealed class DistillMistakesTests(DistilledRun run)
{
    private const string WeightsFile = "open_clip_model.safetensors";

    [Theory]
    [InlineData("--images", "No folder at 'nowhere'")]
    [InlineData("--teacher", "nowhere")]
    [InlineData("--student", "nowhere")]
    [InlineData("--teacher-prompts", "nowhere: there is no such file")]
    [InlineData("--val", "No folder at 'nowhere'")]
    [InlineData("--vocab", "No vocabulary at 'nowhere'")]
    [InlineData("--config", "No configuration file at 'nowhere'")]
    public void Refuses_a_path_where_nothing_is(string option, string expected) =>
        Refuses(expected, (option, "nowhere"));

    [Theory]
    [InlineData("--images", "--images")]
    [InlineData("--teacher", "--teacher")]
    [InlineData("--student", "--student")]
    [InlineData("--classes", "--classes")]
    public void Refuses_to_guess_what_was_not_given(string option, string expected) =>
        Refuses(expected, (option, null));

    [Fact]
    public void Refuses_a_folder_without_pictures()
    {
        string folder = run.NewPath();
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "no picture");

        Refuses(folder, ("--images", folder));
    }

    [Theory]
    [InlineData("", "--classes is empty")]
    [InlineData("red star,,blue moon,", "Class name 2 of 4 is blank")]
    [InlineData("red star,blue moon,Red_Star", "Class name 3 of 3 is 'Red_Star', which is 'red star' again")]
    [InlineData("names.txt", "No file of class names at 'names.txt'")]
    public void Refuses_class_names_that_cannot_be_told_apart(string classes, string expected) =>
        Refuses(expected, ("--classes", classes), ("--val", null));

    [Fact]
    public void Names_the_class_whose_text_is_too_long()
    {
        const string Long = "star that is red and green and blue and orange and yellow";

        Refuses(
            $"The class name '{Long}' is too long",
            ("--classes", $"red star,{Long}"),
            ("--val", null),
            ("--base", null));
    }

    [Fact]
    public void Refuses_a_checkpoint_that_was_cut_short()
    {
        string file = run.NewPath(".safetensors");
        byte[] whole = File.ReadAllBytes(Path.Combine(DistilledRun.StudentFolder, WeightsFile));
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);

        Refuses(file, ("--student", file));
    }

    [Fact]
    public void Refuses_a_file_that_is_no_checkpoint()
    {
        string file = run.NewPath(".pt");
        File.WriteAllText(file, "These are no weights.");

        Refuses(file, ("--teacher", file));
    }

    [Fact]
    public void Refuses_a_checkpoint_of_another_shape_than_its_configuration()
    {
        string folder = CopyOf(DistilledRun.TeacherFolder);
        EditConfiguration(folder, model => model["vision_cfg"]!["width"] = 192);

        Refuses(folder, ("--teacher", folder));
    }

    [Fact]
    public void Refuses_a_ResNet_as_a_student()
    {
        using DisposeScope scope = NewDisposeScope();
        string file = run.NewPath(".safetensors");
        SafetensorsFile.Write(file, [.. TinyResNet.Weights(TinyResNet.Architecture)]);

        Refuses("its image encoder is a ResNet", ("--student", file));
    }

    [Fact]
    public void Refuses_a_checkpoint_without_the_teachers_prompts()
    {
        string file = Path.Combine(DistilledRun.TeacherFolder, WeightsFile);

        Refuses("no text prompts", ("--teacher-prompts", file));
    }

    [Fact]
    public void Refuses_a_pickle_that_asks_for_code_and_does_not_run_it()
    {
        string file = run.NewPath(".pt");
        string proof = run.NewPath();
        using (ZipArchive zip = ZipFile.Open(file, ZipArchiveMode.Create))
        {
            using Stream pickle = zip.CreateEntry("archive/data.pkl").Open();
            pickle.Write(Encoding.ASCII.GetBytes($"cposix\nsystem\n(S'touch {proof}'\ntR."));
        }

        Refuses("posix.system", ("--teacher", file));
        Assert.False(File.Exists(proof));
    }

    [Fact]
    public void Says_which_key_differs_where_the_folder_holds_another_run() => RefusesIn(
        run.Output, "OPTIM.MAX_EPOCH is 2 and 3", ("--epochs", "3"));

    [Fact]
    public void Says_which_input_differs_where_a_file_was_changed_under_a_run()
    {
        string output = CopyOf(run.Output);
        string config = Path.Combine(output, "config.yaml");
        string pictures = run.NewPath();
        Directory.CreateDirectory(pictures);
        File.Copy(Directory.EnumerateFiles(run.Photos, "*.png").Order().First(), Path.Combine(pictures, "0001.png"));
        File.WriteAllText(
            config, File.ReadAllText(config).Replace(run.Photos, pictures, StringComparison.Ordinal));

        RefusesIn(output, "holds a run with other pictures: ", ("--images", pictures));
    }

    [Fact]
    public void Refuses_a_folder_that_another_process_writes()
    {
        string folder = run.NewPath();
        Directory.CreateDirectory(folder);
        using var held = new FileStream(
            Path.Combine(folder, ".lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        RefusesIn(folder, "another process is writing this run");
    }

    [Fact]
    public void Refuses_an_output_folder_that_is_a_file()
    {
        string file = run.NewPath();
        File.WriteAllText(file, "");

        RefusesIn(file, "--output is");
    }

    [Fact]
    public void Refuses_to_learn_in_a_student_package()
    {
        string package = CopyOf(run.Student);
        string[] files = Directory.GetFileSystemEntries(package);

        Assert.Equal(
            $"promptkd: {package} holds a student package, not a run. Use another --output: a run has a folder of its "
            + "own.",
            CliProgram.Run(run.Arguments(("--output", package))).Mistake());
        Assert.Equal(files.Order(), Directory.GetFileSystemEntries(package).Order());
    }

    [Fact]
    public void Says_that_the_disk_is_full()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/full, which only Linux has.");
        string folder = run.NewPath();
        Directory.CreateDirectory(folder);
        File.CreateSymbolicLink(Path.Combine(folder, "log.txt"), "/dev/full");

        RefusesIn(folder, "No space left on device");
    }

    [Fact]
    public void Does_not_bind_the_folder_to_a_configuration_that_was_wrong()
    {
        string folder = run.NewPath();
        RefusesIn(folder, "No folder at 'nowhere'", ("--images", "nowhere"));

        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("--epochs", "two", "OPTIM.MAX_EPOCH")]
    [InlineData("--lr", "fast", "OPTIM.LR")]
    [InlineData("--device", "toaster", "DEVICE")]
    [InlineData("--precision", "fp8", "TRAINER.PROMPTKD.PREC")]
    [InlineData("--batch-size", "1", "--batch-size of 2 or more")]
    [InlineData("--base", "-1", "DISTILL.BASE")]
    [InlineData("--template", "a photo", "{}")]
    public void Refuses_a_value_that_makes_no_sense(string option, string value, string expected) =>
        Refuses(expected, (option, value), ("--val", null));

    [Theory]
    [InlineData("command line: OPTIM.LR has no value", "OPTIM.LR")]
    [InlineData("unknown key OPTIM.RATE", "OPTIM.RATE", "0.1")]
    [InlineData("unknown key photos", "photos")]
    public void Refuses_trailing_words_that_set_nothing(string expected, params string[] words)
    {
        CliResult result = CliProgram.Run([.. run.Arguments(("--output", run.NewPath())), .. words]);

        Assert.Contains(expected, result.Mistake(), StringComparison.Ordinal);
    }

    private void Refuses(string expected, params (string Name, string? Value)[] changes) =>
        RefusesIn(run.NewPath(), expected, changes);

    private void RefusesIn(string output, string expected, params (string Name, string? Value)[] changes)
    {
        CliResult result = CliProgram.Run(run.Arguments([("--output", output), .. changes]));

        Assert.Contains(expected, result.Mistake(), StringComparison.Ordinal);
    }

    private string CopyOf(string folder)
    {
        string copy = run.NewPath();
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    private static void EditConfiguration(string folder, Action<JsonNode> edit)
    {
        string path = Path.Combine(folder, "open_clip_config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        edit(config["model_cfg"]!);
        File.WriteAllText(path, config.ToJsonString());
    }
}
