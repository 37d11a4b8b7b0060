using System.Security.Cryptography;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Cli;

/// <summary>
/// Each ablation through the program, as a researcher starts it: tiny random CLIPs lie in <c>clip/</c> and the
/// teacher's prompts in <c>teacher_model/</c> of the folder that it is started in; four classes stand for ImageNet.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class AblationCommandTests(AblationCommandTests.Place place) : IClassFixture<AblationCommandTests.Place>
{
    // Rows in the paper's order. Six pictures a class make figure 4's rows the same: more cannot be taken.
    [Theory]
    [InlineData("loss", "Table 4", "L1,MSE,KL", false, 3)]
    [InlineData("parts", "Table 5", "projector only,full fine-tuning,without shared text,PromptKD", false, 4)]
    [InlineData("teachers", "Table 6", "CLIP,CoOp,CoCoOp,MaPLe,IVLP,PromptSRC", false, 6)]
    [InlineData("projector", "Table 12", "1,2,3", true, 3)]
    [InlineData("students", "Table 13", "ViT-B/32,ViT-B/16,RN50", false, 3)]
    [InlineData("images", "Figure 4", "16,32,64,128,256,all", true, 1)]
    [InlineData("teacher-size", "Figure 5", "ViT-B/32,ViT-B/16,ViT-L/14", true, 3)]
    [InlineData("temperature", "Figure 6", "0.1,0.5,1,2,4", true, 5)]
    public void Makes_its_rows_each_another_student(
        string name, string source, string rows, bool isCurve, int students)
    {
        CliResult result = place.Run(name, "OPTIM.MAX_EPOCH", "1").Succeeds();

        string report = place.Read(name, "report.md");
        Assert.Equal(
            report.IndexOf("## ", StringComparison.Ordinal),
            report.IndexOf($"## {source}, ", StringComparison.Ordinal));
        Assert.Equal(rows.Split(','), Rows(report, source).Select(cells => cells[0]));
        Assert.Equal(isCurve, place.Read(name, "report.html").Contains("<polyline", StringComparison.Ordinal));
        Assert.Equal(students, place.Students(name).Distinct().Count());
        Assert.DoesNotContain("no effect", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_stand_beside_those_of_the_paper()
    {
        place.Run("epochs").Succeeds();

        // Table 14's harmonic means.
        Assert.Equal(
            [("20", "76.22"), ("40", "76.58"), ("60", "76.66")],
            Rows(place.Read("epochs", "report.md"), "Table 14").Select(cells => (cells[0], cells[6])));
        Assert.Equal(3, place.Students("epochs").Distinct().Count());
    }

    private static IEnumerable<string[]> Rows(string report, string source) => report[
            report.IndexOf($"## {source}, ", StringComparison.Ordinal)..]
        .Split('\n')
        .Skip(1)
        .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
        .Skip(2);

    /// <summary>The folder that the program is started in.</summary>
    public sealed class Place : IDisposable
    {
        private readonly PaperFolder _folder = new("ImageNet");

        public void Dispose() => _folder.Dispose();

        internal CliResult Run(string ablation, params string[] settings) => _folder.Run(
        [
            "benchmark", "ablation", ablation, "--root", "data", "--output", ablation, "--seeds", "1", .. settings,
        ]);

        internal string Read(string ablation, string file) => File.ReadAllText(_folder.In(ablation, file));

        internal IEnumerable<string> Students(string ablation) =>
            from file in Directory.EnumerateFiles(
                _folder.In(ablation), "student.safetensors", SearchOption.AllDirectories)
            where file.Contains(Path.Combine(ablation, "PromptKD"), StringComparison.Ordinal)
            select Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
    }
}
