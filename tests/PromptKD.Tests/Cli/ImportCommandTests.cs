using PromptKD.Tests.Data;
using SkiaSharp;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class ImportCommandTests(DistilledRun run)
{
    private const string First = "00000000-0000-0000-0000-000000000001";
    private const string Second = "00000000-0000-0000-0000-000000000002";

    [Fact]
    public void Tags_become_class_folders_and_regions_pictures()
    {
        string export = NewExport($$"""
            [
              {"id":"{{First}}","created":"2024-01-01T00:00:00Z","width":8,"height":4,"originalImageUri":"https://x.invalid/i/one.png?sig=a",
               "tags":[{"tagId":"{{First}}","tagName":"AC/DC"}]},
              {"id":"{{Second}}","tags":[{"tagName":"a"},{"tagName":"b"}],
               "regions":[{"regionId":"{{First}}","tagName":"a","left":0.5,"top":0,"width":0.5,"height":0.5}]},
              {"id":"00000000-0000-0000-0000-000000000003","tags":[{"tagName":"a"}]}
            ]
            """);
        byte[] picture = TestPictures.Png(8, 4, (x, y) => new SKColor((byte)(x * 30), (byte)(y * 60), 7));
        File.WriteAllBytes(Path.Combine(export, "one.png"), picture);
        File.WriteAllBytes(Path.Combine(export, $"{Second}.png"), picture);
        string output = run.NewPath();

        CliResult result = CliProgram.Run("import", "custom-vision", export, "--output", output).Succeeds();

        Assert.Equal($"2 pictures of 2 classes in {output}", Assert.Single(result.OutputLines));
        Assert.Contains("000000000003", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(picture, File.ReadAllBytes(
            Path.Combine(output, "AC%2FDC", $"{First.Replace("-", "", StringComparison.Ordinal)}.png")));
        using SKBitmap cut = SKBitmap.Decode(Assert.Single(Directory.EnumerateFiles(Path.Combine(output, "a"))));
        Assert.Equal((4, 2), (cut.Width, cut.Height));
        Assert.Equal(new SKColor(120, 0, 7), cut.GetPixel(0, 0));
        Assert.Equal(new SKColor(210, 60, 7), cut.GetPixel(3, 1));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("""[{"tags":[]}]""")]
    [InlineData("""[{"id":"00000000-0000-0000-0000-000000000001","tags":[null]}]""")]
    [InlineData("[]")]
    [InlineData("cut")]
    public void What_is_no_export_is_refused_and_leaves_nothing(string json)
    {
        string output = run.NewPath();

        CliProgram.Run("import", "custom-vision", NewExport(json), "--output", output).Mistake();

        Assert.False(Path.Exists(output));
    }

    private string NewExport(string json)
    {
        string folder = run.NewPath();
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "images.json"), json);
        return folder;
    }
}
