using System.Globalization;
using System.Text;
using PromptKD.Models.Weights;
using PromptKD.Tests.Data;
using SkiaSharp;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class EmbedCommandTests(DistilledRun run)
{
    private const int Pictures = 48;

    [Fact]
    public void Writes_features_tables_and_maps_of_student_and_teacher()
    {
        string output = run.NewPath();

        CliResult result = CliProgram.Run(Arguments(output)).Succeeds();

        Assert.Equal("48 pictures of 48 classes: student 48 × 128, teacher 48 × 128", result.OutputLines[0]);
        string[] files =
        [
            "student.npy", "teacher.npy", "pictures.csv", "map.csv", "map-tsne.png", "map-tsne.svg", "map-pca.png",
            "map-pca.svg",
        ];
        Assert.Equal(files.Select(file => Path.Combine(output, file)), result.OutputLines[1..]);
        Assert.Equal(files.Order(), Directory.EnumerateFiles(output).Select(Path.GetFileName).Order());
        string[] rows = File.ReadAllLines(Path.Combine(output, "map.csv"));
        Assert.Equal(
            "row,path,class,student_tsne_x,student_tsne_y,student_pca_x,student_pca_y,teacher_tsne_x,teacher_tsne_y,"
            + "teacher_pca_x,teacher_pca_y",
            rows[0]);
        Assert.Equal(Pictures, rows.Length - 1);
        Assert.All(rows[1..], row => Assert.All(
            row.Split(',')[^8..],
            cell => Assert.True(double.TryParse(cell, CultureInfo.InvariantCulture, out _), cell)));
    }

    [Fact]
    public void Features_of_a_student_and_its_class_vectors_give_its_answers()
    {
        string output = run.NewPath();
        CliProgram.Run([.. Arguments(output, teacher: false), "--no-map"]).Succeeds();
        string[] answers = CliProgram.Run(
            "predict", "--model", run.Student, "--precision", "fp32", "--format", "tsv", run.TestPictures)
            .Succeeds().OutputLines;
        using DisposeScope scope = NewDisposeScope();
        Tensor vectors = SafetensorsFile.Read(Path.Combine(run.Student, "class_vectors.safetensors"))["class_vectors"];
        string[] names = [.. File.ReadAllLines(Path.Combine(run.Pictures, PromptKD.Demo.DemoData.ClassNamesFile))];

        float[][] features = ReadNpy(Path.Combine(output, "student.npy"));

        Assert.Equal(Pictures, features.Length);
        string[] rows = File.ReadAllLines(Path.Combine(output, "pictures.csv"))[1..];
        string[] paths = [.. rows.Select(row => row.Split(',')[1])];
        foreach ((int row, float[] feature) in features.Index())
        {
            Assert.Equal(1, feature.Sum(entry => (double)entry * entry), precision: 5);
            long best = vectors.matmul(tensor(feature)).argmax().item<long>();
            Assert.StartsWith($"{paths[row]}\t{names[(int)best]}\t", answers[row + 1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_teacher_without_prompts_is_any_clip_and_a_picture_without_a_class_has_none()
    {
        string output = run.NewPath();

        CliResult result = CliProgram.Run(
            "embed", "--images", run.Photos, "--teacher", DistilledRun.TeacherFolder,
            "--clip", DistilledRun.TeacherFolder, "--precision", "fp32", "--no-map", "--output", output).Succeeds();

        Assert.Contains("48 pictures without labels", result.OutputLines[0], StringComparison.Ordinal);
        Assert.Contains(DistilledRun.DamagedPicture, result.Error, StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(output, "teacher.npy")),
            File.ReadAllBytes(Path.Combine(output, "clip.npy")));
        string[] rows = File.ReadAllLines(Path.Combine(output, "pictures.csv"));
        Assert.Equal("row,path,label,class", rows[0]);
        Assert.All(rows[1..], row => Assert.EndsWith(".png,,", row, StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_of_a_map_reach_it()
    {
        string[][] settings =
        [
            [], ["--seed", "2"], ["--perplexity", "4"], ["--map-pictures", "20"],
            ["--map-pictures", "20", "--seed", "2"],
        ];

        string[] maps =
        [
            .. settings.Select(options =>
            {
                string output = run.NewPath();
                CliProgram.Run([.. Arguments(output, teacher: false), .. options]).Succeeds();
                return File.ReadAllText(Path.Combine(output, "map.csv"));
            }),
        ];

        Assert.Equal(maps.Length, maps.Distinct().Count());
        Assert.Equal(21, maps[3].TrimEnd().Split('\n').Length);
        Assert.NotEqual(Rows(maps[3]), Rows(maps[4])); // Another draw.

        string again = run.NewPath();
        CliProgram.Run(Arguments(again, teacher: false)).Succeeds();
        Assert.Equal(maps[0], File.ReadAllText(Path.Combine(again, "map.csv")));

        static IEnumerable<string> Rows(string map) =>
            map.TrimEnd().Split('\n').Skip(1).Select(row => row.Split(',')[0]);
    }

    [Fact]
    public void Turns_pictures_as_it_is_told()
    {
        // Left black, right white; said to lie on its side.
        string folder = Directory.CreateDirectory(run.NewPath()).FullName;
        File.WriteAllBytes(Path.Combine(folder, "turned.jpg"), TestPictures.Turned(TestPictures.Encode(
            64, 64, (x, _) => x < 32 ? SKColors.Black : SKColors.White, SKEncodedImageFormat.Jpeg)));
        string[] options = ["", "--upright", "--no-upright"];
        Dictionary<string, byte[]> features = options.ToDictionary(option => option, option =>
        {
            string output = run.NewPath();
            CliProgram.Run(
            [
                "embed", "--images", folder, "--clip", DistilledRun.StudentFolder, "--no-map", "--output", output,
                .. option.Length > 0 ? (string[])[option] : [],
            ]).Succeeds();
            return File.ReadAllBytes(Path.Combine(output, "clip.npy"));
        });

        Assert.Equal(features["--upright"], features[""]);
        Assert.NotEqual(features["--upright"], features["--no-upright"]);
    }

    [Theory]
    [InlineData("--device is 'gpu'", "--device", "gpu")]
    [InlineData("--precision is 'fp8'", "--precision", "fp8")]
    [InlineData("none.pth", "--teacher-prompts", "none.pth")]
    [InlineData("none.pt", "--clip", "none.pt")]
    [InlineData("give 2 or more neighbours", "--perplexity", "1")]
    [InlineData("a map of 48 pictures allows 15.7 at most", "--perplexity", "16")]
    [InlineData("a map needs 10 pictures or more", "--map-pictures", "9")]
    [InlineData("--seed is of maps, and --no-map draws none", "--no-map", "--seed", "3")]
    [InlineData("Give --dataset, or leave them out", "--split", "test")]
    [InlineData("are both given", "--dataset", "dtd")]
    public void Refuses_what_makes_no_sense(string expected, params string[] options)
    {
        string output = run.NewPath();

        Assert.Contains(
            expected,
            CliProgram.Run([.. Without(Arguments(output), options[0]), .. options]).Mistake(),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public void Refuses_to_map_a_few_pictures_and_to_write_where_something_is()
    {
        string few = Path.Combine(run.TestPictures, "red circle");

        Assert.Contains(
            "A map needs 10 pictures or more, and there is 1",
            CliProgram.Run("embed", "--images", few, "--student", run.Student, "--output", run.NewPath()).Mistake(),
            StringComparison.Ordinal);
        Assert.Contains("is there already", CliProgram.Run(Arguments(run.Photos)).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void Asks_for_a_model_and_for_the_clip_of_prompts()
    {
        string[] pictures = ["embed", "--images", run.TestPictures, "--output", run.NewPath()];

        Assert.Contains(
            "Give --student, --teacher or --clip", CliProgram.Run(pictures).Mistake(), StringComparison.Ordinal);
        Assert.Contains("Give --teacher, too", CliProgram.Run(
            [.. pictures, "--student", run.Student, "--teacher-prompts", "none"]).Mistake(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Without(string[] arguments, string option) =>
        arguments.Where((_, place) => arguments[place] != option && (place == 0 || arguments[place - 1] != option));

    private string[] Arguments(string output, bool teacher = true) =>
    [
        "embed", "--images", run.TestPictures, "--student", run.Student, "--precision", "fp32", "--output", output,
        .. teacher ? (string[])["--teacher", DistilledRun.TeacherFolder] : [],
    ];

    // As numpy.load reads it, so far as this needs: float32, two axes.
    private static float[][] ReadNpy(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int start = 10 + BitConverter.ToUInt16(bytes, 8);
        string shape = Encoding.ASCII.GetString(bytes, 10, start - 10).Split('(', ')')[1];
        int[] sizes = [.. shape.Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        float[] numbers = [.. bytes[start..].Chunk(4).Select(four => BitConverter.ToSingle(four))];
        Assert.Equal(sizes[0] * sizes[1], numbers.Length);
        return [.. numbers.Chunk(sizes[1])];
    }
}
