using System.Xml.Linq;
using PromptKD.Pages;
using PromptKD.Runs;
using PromptKD.Tests.Data;
using PromptKD.Tests.Runs.Distill;
using SkiaSharp;

namespace PromptKD.Tests.Runs.Pages;

/// <summary>The page that lies beside a student, from a run to its HTML.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class StudentPageTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public StudentPageTests()
    {
        for (int number = 0; number < 60; number++)
        {
            int seed = number;
            File.WriteAllBytes(_runs.Picture(number), TestPictures.Encode(
                24,
                24,
                (x, y) => new SKColor((byte)(x * (seed + 2)), (byte)(y * (61 - seed)), (byte)(x * y * seed)),
                SKEncodedImageFormat.Png));
        }
    }

    private string Page => Path.Combine(_runs.Output("run"), RunPageWriter.FileName);

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Says_what_was_made_of_what_and_how_good_it_is()
    {
        File.WriteAllText(_runs.Picture(99), "no picture");

        DistillationReport report = Distil("OPTIM.LR", "0.0123", "SEED", "7");

        XElement page = XDocument.Load(Page).Root!;
        string[] texts = [.. page.DescendantNodes().OfType<XText>().Select(text => text.Value)];
        Assert.Contains("A student of 3 classes", texts);
        Assert.Contains(
            $"It gives the teacher's class to {100 * report.HeldOut!.Student.Agreement:0.0}\u00a0% of {report.HeldOut.Student.Pictures} pictures that it never learned from.",
            texts);
        Assert.Contains(_runs.Teacher, texts);
        Assert.Contains(_runs.Student, texts);
        Assert.Contains("a photo of a {}.", texts);
        Assert.Contains("7", texts);
        Assert.Contains(page.Descendants("tr"), row => row.Value == "OPTIM.LR0.0123");
        Assert.Contains(page.Descendants("tr"), row => row.Value.StartsWith("99.png", StringComparison.Ordinal));
        string[] items = [.. page.Descendants("li").Select(item => item.Value)];
        Assert.All(report.Notices, notice => Assert.Contains(Unbroken(notice.Message), items));
        Assert.Equal(2, page.Descendants("svg").Count(
            svg => svg.Attribute("aria-label")!.Value.Contains("epoch", StringComparison.Ordinal)));
        Assert.NotEmpty(page.Descendants("img"));
    }

    // No line begins with a percent sign.
    private static string Unbroken(string text) => text.Replace(" %", "\u00a0%", StringComparison.Ordinal);

    [Fact]
    public void Is_made_again_where_a_finished_run_lacks_it_and_never_changed()
    {
        Distil();
        string whole = File.ReadAllText(Page);

        File.Delete(Page);
        Distil();
        Assert.Equal(whole, File.ReadAllText(Page));

        File.WriteAllText(Page, "mine");
        Distil();
        Assert.Equal("mine", File.ReadAllText(Page));
    }

    [Fact]
    public void Where_it_cannot_be_written_the_student_is_finished_all_the_same()
    {
        Directory.CreateDirectory(Page);
        var listener = new Listener();

        DistillationReport report = DistillingRuns.Distil(Config(), listener);

        Assert.True(File.Exists(Path.Combine(report.StudentFolder, "student.safetensors")));
        string warning = Assert.Single(
            listener.Warnings, one => one.Contains(RunPageWriter.FileName, StringComparison.Ordinal));
        Assert.EndsWith(
            "The student is finished; the same command writes the page again.", warning, StringComparison.Ordinal);
    }

    private PromptKD.Configuration.ExperimentConfig Config(params string[] options) =>
        _runs.Config("run", ["DISTILL.HOLDOUT", "0.5", .. options]);

    private DistillationReport Distil(params string[] options) => DistillingRuns.Distil(Config(options));
}
