using System.Collections;
using PromptKD.Inference;
using PromptKD.Inference.Evaluations;
using PromptKD.Inference.Predictions;
using PromptKD.Runtime;
using PromptKD.Tests.Data;
using PromptKD.Tests.Export.Onnx;

namespace PromptKD.Tests.Inference.Evaluations;

public sealed class EvaluationRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Data => Path.Combine(_folder, "data");

    private string Table => Path.Combine(_folder, "table.csv");

    private string Mistakes => Path.Combine(_folder, "mistakes");

    private string Json => Path.Combine(_folder, "report.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Is_stopped_between_measuring_and_sorting_the_mistakes(bool asLinks)
    {
        using var student = StudentClassifier.Load(
            WriteStudentAndPictures(), Computing.OnProcessor, cancellationToken: TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource();
        var request = new EvaluationRequest
        {
            Data = Data,
            Mistakes = Mistakes,
            AsLinks = asLinks,
            Json = Json,
            Confusion = new StopsBehind(Table, source.Cancel),
        };

        Assert.Throws<OperationCanceledException>(
            () => EvaluationRun.Of(student, request, cancellationToken: source.Token));

        // What came before is whole; no picture was sorted, and nothing came behind.
        Assert.True(File.Exists(Table));
        Assert.False(
            Directory.Exists(Mistakes)
            && Directory.EnumerateFiles(Mistakes, "*", SearchOption.AllDirectories).Any());
        Assert.False(File.Exists(Json));
    }

    [Fact]
    public void Sorts_the_mistakes_where_nobody_stops_it()
    {
        using var student = StudentClassifier.Load(
            WriteStudentAndPictures(), Computing.OnProcessor, cancellationToken: TestContext.Current.CancellationToken);
        var request = new EvaluationRequest { Data = Data, Mistakes = Mistakes, Json = Json };

        (_, SortingSummary? sorting) = EvaluationRun.Of(
            student, request, cancellationToken: TestContext.Current.CancellationToken);

        // Three classes hold the same picture: two of them are mistakes, whatever the answer is.
        Assert.Equal(2, sorting!.Placed);
        Assert.True(File.Exists(Json));
    }

    [Fact]
    public void Tells_what_was_measured_before_a_file_fails()
    {
        using var student = StudentClassifier.Load(
            WriteStudentAndPictures(), Computing.OnProcessor, cancellationToken: TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Table);
        var request = new EvaluationRequest { Data = Data, Confusion = [Table] };
        List<int> told = [];

        Assert.Throws<PromptKDException>(() => EvaluationRun.Of(
            student,
            request,
            measured: report => told.Add(report.Pictures),
            cancellationToken: TestContext.Current.CancellationToken));

        // One picture in each of three classes.
        Assert.Equal([3], told);
    }

    [Fact]
    public void Warns_of_a_picture_that_lies_in_several_classes()
    {
        List<string> warnings = [];
        using var student = StudentClassifier.Load(
            WriteStudentAndPictures(),
            Computing.OnProcessor with { Observer = new Listener(warnings.Add) },
            TestContext.Current.CancellationToken);

        EvaluationRun.Of(
            student,
            new EvaluationRequest { Data = Data },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.StartsWith(
            "2 pictures have the bytes of one of another class: ", Assert.Single(warnings), StringComparison.Ordinal);
    }

    private string WriteStudentAndPictures()
    {
        var package = new TinyPackage();
        foreach (string name in package.Manifest.ClassNames)
        {
            string folder = Directory.CreateDirectory(Path.Combine(Data, name)).FullName;
            File.WriteAllBytes(Path.Combine(folder, "a.png"), TestPictures.Gradient(20, 16));
        }

        string student = Path.Combine(_folder, "student");
        package.Write(student);
        return student;
    }

    private sealed class Listener(Action<string> warn) : IRunObserver
    {
        public void OnWarning(string message) => warn(message);
    }

    /// <summary>One file to write; once it is there, whoever asks for the next is stopped.</summary>
    private sealed class StopsBehind(string file, Action stop) : IReadOnlyList<string>
    {
        public int Count => 1;

        public string this[int index] => file;

        public IEnumerator<string> GetEnumerator()
        {
            yield return file;
            if (File.Exists(file))
            {
                stop();
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
