using System.Globalization;
using PromptKD.Data.Pictures;
using PromptKD.Inference;
using PromptKD.Runtime.Processes;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Training;

namespace PromptKD.Tests.Inference;

/// <summary>Several processes classify what one does.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class SharedClassifyingTests(StudentClassifierTests.Package package)
    : IClassFixture<StudentClassifierTests.Package>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Batches of 2: of 9 pictures, with 2 and 3 processes, the last round has nothing for some.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void All_processes_have_the_answers_of_one_in_its_order(int size)
    {
        using StudentClassifier classifier = Open();
        string[] pictures = [.. Enumerable.Range(0, 9).Select(place => package.Runs.Picture(place))];
        string[] alone = [.. classifier.ClassifyAll(pictures, top: 3, cancellationToken: Stop).Select(Told)];

        string[][] together = ProcessesInThreads.Run(size, processes =>
            Classify(classifier, processes, pictures, skipped: null).ToArray());

        Assert.All(together, one => Assert.Equal(alone, one));
    }

    [Fact]
    public void What_cannot_be_read_is_told_by_all_and_left_out_as_by_one()
    {
        using StudentClassifier classifier = Open();
        string[] pictures = Mixed([1, 2, 3, 6]);
        List<string> skippedAlone = [];
        string[] alone =
            [.. classifier.ClassifyAll(
                pictures, top: 3, skipped: one => skippedAlone.Add(one.Path), cancellationToken: Stop).Select(Told)];

        (string[] Answers, string[] Skipped)[] together = ProcessesInThreads.Run(2, processes =>
        {
            List<string> skipped = [];
            return (Classify(classifier, processes, pictures, one => skipped.Add(one.Path)).ToArray(), skipped.ToArray());
        });

        Assert.Equal(5, alone.Length);
        Assert.All(together, one => Assert.Equal(alone, one.Answers));
        Assert.All(
            together,
            one => Assert.Equal(skippedAlone.Order(StringComparer.Ordinal), one.Skipped.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Where_nothing_can_be_read_all_say_so()
    {
        using StudentClassifier classifier = Open();
        string[] pictures = Mixed([0, 1, 2, 3, 4, 5, 6, 7, 8]);

        string[] said = ProcessesInThreads.Run(2, processes => Assert.Throws<PromptKDException>(
            () => Classify(classifier, processes, pictures, skipped: null).ToArray()).Message);

        Assert.All(said, one => Assert.StartsWith("None of 9 pictures could be read: ", one, StringComparison.Ordinal));
    }

    [Fact]
    public void A_stop_that_one_is_told_ends_all()
    {
        using StudentClassifier classifier = Open();
        string[] pictures = [.. Enumerable.Range(0, 9).Select(place => package.Runs.Picture(place))];

        int[] seen = ProcessesInThreads.Run(3, processes =>
        {
            using var stop = new CancellationTokenSource();
            int count = 0;
            Assert.Throws<OperationCanceledException>(() =>
            {
                foreach (PicturePrediction _ in classifier.ClassifyTogether(
                    classifier.ListPictures(pictures, Stop), 1, skipped: null, new SharedWork(processes), stop.Token))
                {
                    count++;
                    if (processes.Rank == 1)
                    {
                        stop.Cancel();
                    }
                }
            });
            return count;
        });

        Assert.Equal([6, 6, 6], seen);
    }

    [Theory]
    [InlineData("--top")]
    [InlineData("the number of pictures")]
    public void Processes_that_were_told_otherwise_are_named(string what)
    {
        using StudentClassifier classifier = Open();

        string[] said = ProcessesInThreads.Run(3, processes =>
        {
            bool isOther = processes.Rank == 2;
            int count = what == "the number of pictures" && isOther ? 2 : 1;
            PictureItem[] pictures = [.. Enumerable.Range(0, count).Select(
                place => new PictureItem(package.Runs.Picture(place)))];
            string top = what == "--top" && isOther ? "2" : "1";
            return Assert.Throws<PromptKDException>(() => SharedClassifying.Check(
                processes, classifier, pictures, [new("‹top›", top)], Stop)).Describe(setting => $"--{setting}");
        });

        Assert.All(said, one => Assert.StartsWith("process 3 of 3 (on ", one, StringComparison.Ordinal));
        Assert.All(said, one => Assert.Contains($": {what} is 2 there, 1 here. ", one, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Classify(
        StudentClassifier classifier, IProcessGroup processes, string[] pictures, Action<SkippedPicture>? skipped) =>
        classifier.ClassifyTogether(
            classifier.ListPictures(pictures, Stop), 3, skipped, new SharedWork(processes), Stop).Select(Told);

    // To the last bit.
    private static string Told(PicturePrediction one) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Path}: {string.Join(' ', one.Classes.Select(answer => $"{answer.Probability:R}"))}");

    private StudentClassifier Open() =>
        StudentClassifier.Load(package.Folder, Computing.OnProcessor with { BatchSize = 2, Threads = 1 });

    // Nine files, of which some are no pictures.
    private string[] Mixed(int[] broken)
    {
        string[] files = [.. Enumerable.Range(0, 9).Select(place => Path.Combine(_folder, $"{place}.png"))];
        for (int place = 0; place < files.Length; place++)
        {
            File.WriteAllBytes(
                files[place], broken.Contains(place) ? [1, 2, 3] : File.ReadAllBytes(package.Runs.Picture(place)));
        }

        return files;
    }
}
