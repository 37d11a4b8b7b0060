using PromptKD.Data.Decoding;
using PromptKD.Export.Onnx;
using PromptKD.Inference;
using PromptKD.Inference.Exports;
using PromptKD.Tests.Data;
using PromptKD.Tests.Export.Onnx;

namespace PromptKD.Tests.Inference;

/// <summary>A student in ONNX Runtime against the same one in libtorch; and what is no such file.</summary>
public sealed class OnnxStudentClassifierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Package => Path.Combine(_folder, "package");

    private string Graph => Path.Combine(_folder, "student.onnx");

    private string Beside => Path.Combine(_folder, "student.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, bool> Preparations => new()
    {
        { "cut", false }, { "cut", true }, { "squash", false }, { "odd colours", false }, { "border", false },
    };

    [Theory]
    [MemberData(nameof(Preparations))]
    public void Answers_as_the_package_does(string preparation, bool floats)
    {
        var standard = new TinyPackage { Temperature = 2.5 };
        Preprocessing usual = standard.Manifest.Preprocessing;
        Export(standard with
        {
            Preprocessing = preparation switch
            {
                "squash" => usual with { ResizeMode = ResizeMode.Squash, Interpolation = Interpolation.Bilinear },
                "border" => usual with { ResizeMode = ResizeMode.Border },
                "odd colours" => usual with { Mean = new Rgb(0.9f, 0, -0.5f), Std = new Rgb(0.001f, 3, -1) },
                _ => usual,
            },
        }, floats);
        string[] pictures = [Picture("wide.png", 61, 30), Picture("high.png", 17, 45), Picture("small.png", 5, 5)];
        using var student = StudentClassifier.Load(Package, Computing.OnProcessor, cancellationToken: Stop);
        using OnnxStudentClassifier onnx = Open();

        foreach (string picture in pictures)
        {
            Same(
                student.Classify(picture, top: 3, cancellationToken: Stop),
                onnx.Classify(picture, top: 3, cancellationToken: Stop));
            byte[] bytes = File.ReadAllBytes(picture);
            Same(
                student.Classify(PictureInput.FromBytes(bytes), top: 3, cancellationToken: Stop),
                onnx.Classify(PictureInput.FromStream(new MemoryStream(bytes)), top: 3, cancellationToken: Stop));
            Assert.Equal(
                student.Embed(PictureInput.FromFile(picture), Stop),
                onnx.Embed(PictureInput.FromFile(picture), Stop),
                Near);
        }

        Assert.All(
            student.ClassifyAll([_folder], top: 3, cancellationToken: Stop).Zip(
                onnx.ClassifyAll([_folder], top: 3, cancellationToken: Stop)),
            pair =>
            {
                Assert.Equal(pair.First.Path, pair.Second.Path);
                Same(pair.First.Classes, pair.Second.Classes);
            });
        Assert.Equal((student.EmbeddingSize, student.Preprocessing), (onnx.EmbeddingSize, onnx.Preprocessing));
        Assert.Equal(student.ClassNames, onnx.ClassNames);
    }

    [Fact]
    public void Measures_as_the_package_does()
    {
        Export(new TinyPackage());
        string labelled = Path.Combine(_folder, "labelled");
        foreach ((string name, int width) in new[] { ("red star", 20), ("blue moon", 41), ("green sun", 33) })
        {
            Directory.CreateDirectory(Path.Combine(labelled, name));
            Picture(Path.Combine("labelled", name, "a.png"), width, 30);
            Picture(Path.Combine("labelled", name, "b.png"), 30, width);
        }

        using var student = StudentClassifier.Load(Package, Computing.OnProcessor, cancellationToken: Stop);
        using OnnxStudentClassifier onnx = Open();

        Assert.Equal(
            student.Evaluate(labelled, baseClasses: 2, cancellationToken: Stop),
            onnx.Evaluate(labelled, baseClasses: 2, cancellationToken: Stop));
    }

    [Fact]
    public void Turns_pictures_where_it_is_asked_to()
    {
        Export(new TinyPackage());

        using OnnxStudentClassifier upright = Open();
        using OnnxStudentClassifier stored = Open(new OnnxOptions { Upright = false, Threads = 1 });

        Assert.Equal((true, false), (upright.Preprocessing.Upright, stored.Preprocessing.Upright));
    }

    [Fact]
    public void A_provider_is_known_by_its_name()
    {
        Export(new TinyPackage());

        Open(new OnnxOptions { Provider = "cpuExecutionProvider" }).Dispose();
        var error = Assert.Throws<PromptKDException>(() => Open(new OnnxOptions { Provider = "Abacus" }));

        Assert.Equal(PromptKDError.NotSupported, error.Code);
        Assert.Contains(
            "no execution provider 'Abacus' in this ONNX Runtime, but", error.Message, StringComparison.Ordinal);
        Assert.Contains("CPU", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4 << 20, 1)]
    [InlineData((4 << 20) + 1, 0)]
    public void A_small_graph_has_one_thread(long bytes, int threads) =>
        Assert.Equal(threads, PromptKD.Runtime.OnnxSession.ThreadsFor(bytes));

    [Fact]
    public void A_small_student_is_computed_by_one_thread_unless_more_are_asked_for()
    {
        Export(new TinyPackage());
        int byItself = -1;
        StudentOnnx.Open(
            Graph, session => byItself = session.IntraOpNumThreads, Stop).Session.Dispose();

        Assert.Equal(1, byItself);
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(new OnnxOptions { Threads = 0 }));
        Open(new OnnxOptions { Threads = 2 }).Dispose();
    }

    [Fact]
    public void The_graph_alone_is_enough()
    {
        Export(new TinyPackage());
        File.Delete(Beside);
        File.Move(Graph, Path.Combine(_folder, "other.onnx"));

        using var onnx = OnnxStudentClassifier.Load(Path.Combine(_folder, "other.onnx"), cancellationToken: Stop);

        Assert.Single(onnx.Classify(Picture("a.png", 20, 20), cancellationToken: Stop));
    }

    [Fact]
    public void Works_on_behind_pictures_that_cannot_be_read()
    {
        Export(new TinyPackage());
        using OnnxStudentClassifier onnx = Open();
        string picture = Picture("a.png", 20, 20);
        IReadOnlyList<ClassProbability> before = onnx.Classify(picture, top: 3, cancellationToken: Stop);

        Assert.Equal(PromptKDError.BadPicture, Refused(PictureInput.FromBytes(ReadOnlyMemory<byte>.Empty)).Code);
        byte[] huge = TestPictures.Claiming(20_000, 10_000);
        Assert.Equal(PromptKDError.BadPicture, Refused(PictureInput.FromStream(new MemoryStream(huge))).Code);
        Assert.Equal(PromptKDError.MissingFile, Refused(PictureInput.FromFile(Path.Combine(_folder, "none.png"))).Code);

        Same(before, onnx.Classify(picture, top: 3, cancellationToken: Stop));

        PromptKDException Refused(PictureInput input) =>
            Assert.Throws<PromptKDException>(() => onnx.Classify(input, cancellationToken: Stop));
    }

    [Fact]
    public void Two_of_a_process_know_nothing_of_each_other_and_one_that_ended_says_so()
    {
        Export(new TinyPackage());
        string picture = Picture("a.png", 20, 20);
        using OnnxStudentClassifier stays = Open();
        OnnxStudentClassifier goes = Open();
        IReadOnlyList<ClassProbability> before = stays.Classify(picture, top: 3, cancellationToken: Stop);
        Same(before, goes.Classify(picture, top: 3, cancellationToken: Stop));

        goes.Dispose();

        Assert.Throws<ObjectDisposedException>(() => goes.Classify(picture, cancellationToken: Stop));
        Assert.Throws<ObjectDisposedException>(() => goes.ClassifyAll([picture], cancellationToken: Stop).ToArray());
        Same(before, stays.Classify(picture, top: 3, cancellationToken: Stop));
    }

    [Fact]
    public void Threads_share_it()
    {
        Export(new TinyPackage());
        using OnnxStudentClassifier onnx = Open(new OnnxOptions { Threads = 1 });
        string[] pictures = [.. Enumerable.Range(0, 8).Select(
            number => Picture($"{number}.png", 20 + (5 * number), 30))];
        IReadOnlyList<ClassProbability>[] alone = [.. pictures.Select(
            picture => onnx.Classify(picture, top: 3, cancellationToken: Stop))];

        Parallel.For(0, 800, new ParallelOptions { MaxDegreeOfParallelism = 8 }, call =>
            Same(alone[call % 8], onnx.Classify(pictures[call % 8], top: 3, cancellationToken: Stop)));
    }

    private static void Same(IReadOnlyList<ClassProbability> expected, IReadOnlyList<ClassProbability> found)
    {
        Assert.Equal(expected.Select(one => one.Name), found.Select(one => one.Name));
        Assert.Equal(
            expected.Select(one => (float)one.Probability), found.Select(one => (float)one.Probability), Near);
    }

    private static bool Near(float x, float y) => Math.Abs(x - y) < 2e-5;

    private void Export(TinyPackage package, bool floats = false)
    {
        package.Write(Package);
        OnnxExport.Write(
            new OnnxExportRequest { Model = Package, Output = Graph, TakesFloats = floats },
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private OnnxStudentClassifier Open(OnnxOptions? options = null) => OnnxStudentClassifier.Load(Graph, options);

    private string Picture(string name, int width, int height)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, TestPictures.Gradient(width, height));
        return path;
    }
}
