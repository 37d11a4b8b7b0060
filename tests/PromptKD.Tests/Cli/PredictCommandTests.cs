using System.Text.Json;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class PredictCommandTests(DistilledRun run)
{
    [Fact]
    public void Prints_path_and_most_probable_classes_of_each_picture_with_nothing_but_the_package()
    {
        string package = run.NewPath();
        Directory.CreateDirectory(package);
        foreach (string file in Directory.EnumerateFiles(run.Student))
        {
            File.Copy(file, Path.Combine(package, Path.GetFileName(file)));
        }

        CliResult result = CliProgram.Run("predict", "--model", package, "--top", "3", APicture).Succeeds();

        string[] columns = Assert.Single(result.OutputLines).Split('\t');
        Assert.Equal(7, columns.Length);
        Assert.Equal(APicture, columns[0]);
        Assert.All(columns[1..].Chunk(2), one => Assert.Matches(@"^[a-z]+ [a-z]+$", one[0]));
        Assert.All(columns[1..].Chunk(2), one => Assert.Matches(@"^\d+\.\d %$", one[1]));
    }

    [Fact]
    public void Prints_one_object_a_picture_on_demand()
    {
        CliResult result = CliProgram.Run(
            "predict", "--model", run.Student, "--json", "--top", "48", APicture).Succeeds();

        using var document = JsonDocument.Parse(Assert.Single(result.OutputLines));
        Assert.Equal(APicture, document.RootElement.GetProperty("path").GetString());
        JsonElement[] classes = [.. document.RootElement.GetProperty("classes").EnumerateArray()];
        double[] probabilities = [.. classes.Select(one => one.GetProperty("probability").GetDouble())];
        Assert.Equal(Enumerable.Range(0, 48), classes.Select(one => one.GetProperty("label").GetInt32()).Order());
        Assert.Equal(1, probabilities.Sum(), precision: 5);
        Assert.Equal(probabilities.OrderDescending(), probabilities);
    }

    [Fact]
    public void Searches_folders_and_skips_what_it_cannot_read()
    {
        CliResult result = CliProgram.Run("predict", "--model", run.Student, run.Photos).Succeeds();

        Assert.Equal(48, result.OutputLines.Length);
        string warning = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"warning: skipped {DamagedPicture}: ", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_an_unreadable_picture_that_comes_alone_behind_a_full_batch()
    {
        IEnumerable<string> pictures = [.. Enumerable.Repeat(APicture, 32), DamagedPicture];

        CliResult result = CliProgram.Run(["predict", "--model", run.Student, .. pictures]).Succeeds();

        Assert.Equal(32, result.OutputLines.Length);
        Assert.Single(result.ErrorLines);
    }

    [Fact]
    public void Refuses_where_not_one_picture_can_be_read() => Assert.Contains(
        DamagedPicture,
        CliProgram.Run("predict", "--model", run.Student, DamagedPicture).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_a_picture_that_is_not_there() => Assert.Contains(
        "No picture or folder at 'nowhere.png'",
        CliProgram.Run("predict", "--model", run.Student, "nowhere.png").Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_a_folder_that_is_no_package() => Assert.Contains(
        "model.json",
        CliProgram.Run("predict", "--model", run.Photos, APicture).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_a_package_that_was_cut_short()
    {
        string package = run.NewPath();
        Directory.CreateDirectory(package);
        File.Copy(Path.Combine(run.Student, "model.json"), Path.Combine(package, "model.json"));
        byte[] tensors = File.ReadAllBytes(Path.Combine(run.Student, "student.safetensors"));
        File.WriteAllBytes(Path.Combine(package, "student.safetensors"), tensors[..(tensors.Length / 2)]);

        CliResult result = CliProgram.Run("predict", "--model", package, APicture);

        Assert.Contains("student.safetensors", result.Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_to_print_no_class() => Assert.Contains(
        "--top is 0; give 1 or more",
        CliProgram.Run("predict", "--model", run.Student, "--top", "0", APicture).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Writes_a_table_to_a_file_and_the_pictures_into_class_folders()
    {
        string file = run.NewPath(".csv");
        string sorted = run.NewPath();

        CliResult result = CliProgram.Run(
            "predict", "--model", run.Student, "--output", file, "--sort-into", sorted, "--links",
            run.TestPictures).Succeeds();

        string[] rows = File.ReadAllLines(file);
        Assert.Empty(result.Output);
        Assert.Equal("file,class,probability", rows[0]);
        Assert.Equal(48, rows.Length - 1);
        Assert.All(rows[1..], row => Assert.Equal(
            row.Split(',')[0],
            Directory.EnumerateFiles(Path.Combine(sorted, row.Split(',')[1]))
                .Select(link => new FileInfo(link).LinkTarget).Single(target => target == row.Split(',')[0])));
        Assert.Contains($"Sorted into {sorted}: links to 48 pictures", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_many_have_no_answer()
    {
        CliResult result = CliProgram.Run(
            "predict", "--model", run.Student, "--threshold", "1", "--format", "tsv", run.TestPictures).Succeeds();

        Assert.All(result.OutputLines[1..], line => Assert.Equal("none", line.Split('\t')[1]));
        Assert.Equal(
            "none: 48 of 48 pictures (100.0 %), whose most probable class has less than 1",
            Assert.Single(result.ErrorLines));
    }

    [Fact]
    public void Leaves_no_file_where_no_picture_can_be_read()
    {
        string file = run.NewPath(".csv");

        CliProgram.Run("predict", "--model", run.Student, "--output", file, DamagedPicture).Mistake();

        Assert.Empty(Directory.EnumerateFiles(run.Root, Path.GetFileName(file) + "*"));
    }

    [Theory]
    [InlineData("--threshold is 1.5; give a probability, 0 to 1.", "--threshold", "1.5")]
    [InlineData("--threshold is 'nan', expected a number.", "--threshold", "nan")]
    [InlineData("--threshold is 'x', expected a number.", "--threshold", "x")]
    [InlineData("--json and --format are both given. Leave one of them out.", "--json", "--format", "csv")]
    [InlineData("--format is 'xml', expected one of text, tsv, csv, json, jsonl.", "--format", "xml")]
    [InlineData("--links says how --sort-into fills its folders.", "--links")]
    [InlineData("answers.doc': the ending does not say which format is meant.", "--output", "answers.doc")]
    public void Refuses_options_that_cannot_be_meant(string expected, params string[] options) => Assert.Contains(
        expected,
        CliProgram.Run(["predict", "--model", run.Student, .. options, APicture]).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_to_sort_into_the_folder_that_is_classified() => Assert.Contains(
        "the next call would read the sorted ones, too",
        CliProgram.Run(
            "predict", "--model", run.Student, "--sort-into", Path.Combine(run.Photos, "sorted"), run.Photos).Mistake(),
        StringComparison.Ordinal);

    private string APicture => Path.Combine(run.TestPictures, "red star", "001.png");

    private string DamagedPicture => Path.Combine(run.Photos, DistilledRun.DamagedPicture);
}
