using PromptKD.Export;
using PromptKD.Inference;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Tests.Data;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference;

/// <summary>A student at work in a host.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class StudentClassifierTests : IClassFixture<StudentClassifierTests.Package>
{
    private readonly Package _package;

    public StudentClassifierTests(Package package) => _package = package;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_calls_of_eight_threads_get_the_answers_of_one()
    {
        const int Calls = 10_000;
        using StudentClassifier classifier = Open();
        PictureInput[] pictures = [.. Enumerable.Range(0, 16).Select(Picture)];
        double[][] expected = [.. pictures.Select(
            picture => Probabilities(classifier.Classify(picture, top: 3, Stop)))];
        int wrong = 0;

        await Parallel.ForAsync(
            0,
            Calls,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Stop },
            async (call, stop) =>
            {
                int place = call % pictures.Length;
                IReadOnlyList<ClassProbability> answer = call % 3 == 0
                    ? await classifier.ClassifyAsync(pictures[place], top: 3, stop)
                    : classifier.Classify(pictures[place], top: 3, stop);
                if (!Probabilities(answer).SequenceEqual(expected[place]))
                {
                    Interlocked.Increment(ref wrong);
                }
            });

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void A_thread_that_began_to_compute_amid_a_run_answers_as_the_others()
    {
        using StudentClassifier classifier = Open();
        PictureInput picture = Picture(0);
        int before = get_num_threads();
        try
        {
            ComputeThreads.Set(2);
            double[] expected = Probabilities(classifier.Classify(picture, top: 3, Stop));
            using var isThere = new ManualResetEventSlim();
            using var isOver = new ManualResetEventSlim();
            int amid = 0, behind = 0;
            double[] answer = [];
            var thread = new Thread(() =>
            {
                amid = get_num_threads();
                isThere.Set();
                isOver.Wait(Stop);
                answer = Probabilities(classifier.Classify(picture, top: 3, Stop));
                behind = get_num_threads();
            });
            using (ProcessSettings.Keep())
            {
                ComputeThreads.Set(1);
                thread.Start();
                isThere.Wait(Stop);
            }

            isOver.Set();
            thread.Join();

            Assert.Equal((1, 2), (amid, behind));
            Assert.Equal(expected, answer);
        }
        finally
        {
            ComputeThreads.Set(before);
        }
    }

    [Fact]
    public async Task Gathered_calls_get_the_answers_of_single_ones()
    {
        using StudentClassifier single = Open();
        using StudentClassifier gathering = Open(
            Computing.OnProcessor with { GatherFor = TimeSpan.FromMilliseconds(5) });
        PictureInput[] pictures = [.. Enumerable.Range(0, 16).Select(Picture)];

        IReadOnlyList<ClassProbability>[] answers = await Task.WhenAll(
            Enumerable.Range(0, 400).Select(call => gathering.ClassifyAsync(pictures[call % 16], top: 3, Stop)));

        for (int call = 0; call < answers.Length; call++)
        {
            AssertNear(Probabilities(single.Classify(pictures[call % 16], top: 3, Stop)), Probabilities(answers[call]));
        }
    }

    [Fact]
    public void A_path_bytes_a_stream_and_a_list_get_one_answer()
    {
        using StudentClassifier classifier = Open();
        byte[] file = File.ReadAllBytes(_package.Runs.Picture(3));
        double[] expected = Probabilities(
            classifier.ClassifyAll([_package.Runs.Picture(3)], top: 3, cancellationToken: Stop).Single().Classes);

        Assert.Equal(expected, Probabilities(classifier.Classify(_package.Runs.Picture(3), top: 3, Stop)));
        Assert.Equal(expected, Probabilities(classifier.Classify(PictureInput.FromBytes(file), top: 3, Stop)));
        Assert.Equal(
            expected,
            Probabilities(classifier.Classify(PictureInput.FromStream(new MemoryStream(file)), top: 3, Stop)));
        AssertNear(
            expected, Probabilities(classifier.Classify([Picture(1), PictureInput.FromBytes(file)], top: 3, Stop)[1]));
    }

    [Fact]
    public void A_vector_beside_the_class_vectors_gives_the_probabilities()
    {
        using StudentClassifier classifier = Open();
        using ClassVectors vectors = StudentPackage.ReadClassVectors(_package.Folder, classifier.Manifest, torch.CPU);
        float[] classes = vectors.Vectors.data<float>().ToArray();

        float[] vector = classifier.Embed(Picture(5), Stop);

        Assert.Equal(classifier.EmbeddingSize, vector.Length);
        Assert.Equal(1, vector.Sum(value => value * value), 1e-5);
        double[] scores =
        [
            .. classes.Chunk(vector.Length).Select(one => Math.Exp(
                one.Zip(vector, (left, right) => (double)left * right).Sum()
                * classifier.Manifest.LogitScale / (classifier.Manifest.Calibration?.Temperature ?? 1))),
        ];
        foreach (ClassProbability one in classifier.Classify(Picture(5), top: 3, Stop))
        {
            Assert.Equal(scores[one.Label] / scores.Sum(), one.Probability, 1e-5);
        }
    }

    [Fact]
    public async Task Embedding_works_as_classifying_does()
    {
        using StudentClassifier classifier = Open();
        float[] expected = classifier.Embed(Picture(2), Stop);

        Assert.Equal(expected, await classifier.EmbedAsync(Picture(2), Stop));
        Assert.Equal(2, classifier.Embed([Picture(1), Picture(2)], Stop).Count);
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData(2, 2)]
    [InlineData(0, 1)]
    public void The_number_of_threads_is_the_hosts_unless_asked(int? asked, int expected)
    {
        int before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(3);
            using StudentClassifier classifier = Open(Computing.OnProcessor with { Threads = asked });
            classifier.Classify(Picture(0), cancellationToken: Stop);

            Assert.Equal(expected, torch.get_num_threads());
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Fact]
    public void Two_live_in_one_process_and_the_end_of_one_is_not_the_others()
    {
        using StudentClassifier stays = Open();
        StudentClassifier goes = Open();
        double[] expected = Probabilities(goes.Classify(Picture(4), top: 3, Stop));
        goes.Dispose();

        Assert.Throws<ObjectDisposedException>(() => goes.Classify(Picture(4), cancellationToken: Stop));
        Assert.Throws<ObjectDisposedException>(
            () => goes.ClassifyAll([_package.Runs.Picture(0)], cancellationToken: Stop).Any());
        Assert.Throws<ObjectDisposedException>(() => goes.Evaluate(_package.Runs.Images, cancellationToken: Stop));
        Assert.Equal(expected, Probabilities(stays.Classify(Picture(4), top: 3, Stop)));
    }

    [Fact]
    public void Options_that_cannot_be_meant_are_refused()
    {
        foreach (TorchOptions options in (TorchOptions[])
        [
            new() { MaxPixels = 0 },
            new() { MaxBytes = -1 },
            new() { BatchSize = 0 },
            new() { GatherFor = TimeSpan.FromSeconds(-1) },
            new() { Threads = -1 },
            new() { DeviceIndex = -1 },
        ])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => StudentClassifier.Load(
                _package.Folder, options, cancellationToken: Stop));
        }
    }

    private static double[] Probabilities(IReadOnlyList<ClassProbability> answer) =>
        [.. answer.OrderBy(one => one.Label).Select(one => one.Probability)];

    private static void AssertNear(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5));

    private static PictureInput Picture(int number) =>
        PictureInput.FromBytes(TestPictures.Gradient(30 + number, 25));

    private StudentClassifier Open(TorchOptions? options = null) =>
        StudentClassifier.Load(_package.Folder, options ?? Computing.OnProcessor);

    /// <summary>A student that was distilled once.</summary>
    public sealed class Package : IDisposable
    {
        public Package() => Folder = DistillingRuns.Distil(Runs.Config()).StudentFolder;

        internal DistillingRuns Runs { get; } = new();

        public string Folder { get; }

        public void Dispose() => Runs.Dispose();
    }
}
