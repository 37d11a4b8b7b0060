using PromptKD.Configuration;
using PromptKD.Inference;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Runs.Teach;
using PromptKD.Tests.Runs.Train;

namespace PromptKD.Tests.Runs;

/// <summary>
/// Damage to any file that we wrote ends in what would have been without it, or in one line: never in another student,
/// and never in an exception of another kind.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class DamagedFilesTests
{
    [Theory]
    [InlineData("model.json")]
    [InlineData("student.safetensors")]
    [InlineData("class_vectors.safetensors")]
    public void Of_a_package(string file)
    {
        using var runs = new DistillingRuns();
        string package = DistillingRuns.Distil(runs.Config()).StudentFolder;
        string other = DistillingRuns.Distil(runs.Config("other", "SEED", "8")).StudentFolder;
        byte[] whole = File.ReadAllBytes(Path.Combine(package, file));
        IReadOnlyList<ClassProbability> expected = Classify(package, runs);

        for (int seed = 0; seed < 16 * Damage.Kinds; seed++)
        {
            string what = Damage.Do(Path.Combine(package, file), seed, Path.Combine(other, file));
            SameOrOneLine(what, () => Assert.Equal(expected, Classify(package, runs)));
            File.WriteAllBytes(Path.Combine(package, file), whole);
        }
    }

    [Theory]
    [InlineData("config.yaml")]
    [InlineData(".digests.tsv")]
    [InlineData("checkpoints/last.safetensors")]
    [InlineData("checkpoints/previous.safetensors")]
    [InlineData("teacher-store/index.json")]
    [InlineData("teacher-store/shards/00000.safetensors")]
    [InlineData("teacher-store/class_vectors/*.safetensors")]
    [InlineData("student/model.json")]
    [InlineData("student/class_vectors.safetensors")]
    public void Of_a_distillation(string pattern)
    {
        using var runs = new DistillingRuns();
        bool isFinished = pattern.StartsWith("student", StringComparison.Ordinal);
        ExperimentConfig Config(string run, string seed = "1") => runs.Config(
            run, "SEED", seed, "DISTILL.VIEWS", "1", "TRAIN.CHECKPOINT_MINUTES", "1e-9");
        DistillingRuns.Distil(Config("whole"));
        DistillingRuns.Distil(Config("other", seed: "8"));
        if (isFinished)
        {
            DistillingRuns.Distil(Config("first"));
        }
        else
        {
            using var stop = new CancellationTokenSource();
            var listener = new Listener();
            Assert.Throws<OperationCanceledException>(() => Experiment.Distil(
                Config("first"), new Listener(() => StopBehind(listener, 3, stop)), stop.Token));
        }

        ForEachDamage(runs.Folder, pattern, folder =>
        {
            DistillingRuns.Distil(Config(folder));
            Assert.Equal(runs.StudentBytes("whole"), runs.StudentBytes(folder));
        });
    }

    [Theory]
    [InlineData("VLPromptLearner/model-best.pth.tar")]
    [InlineData("VLPromptLearner/checkpoint")]
    [InlineData("checkpoints/last.safetensors")]
    [InlineData("result.json")]
    public void Of_a_training(string pattern)
    {
        using var runs = new TrainingRuns();
        ExperimentConfig Config(string run, string seed = "1") => runs.Config(
            run: run, options: ["SEED", seed, "TEST.FINAL_MODEL", "best_val"]);
        Train(Config("whole"));
        Train(Config("other", seed: "8"));
        Train(Config("first"));

        ForEachDamage(runs.Folder, pattern, folder =>
        {
            Train(Config(folder));
            Dictionary<string, string> expected = runs.Digests("whole"), found = runs.Digests(folder);

            // What names the file written last is not written again by a run that is finished.
            expected.Remove(Path.Combine(TrainingRuns.Models, "checkpoint"));
            found.Remove(Path.Combine(TrainingRuns.Models, "checkpoint"));
            Assert.Equal(expected, found);
        });
    }

    [Theory]
    [InlineData("teacher.json")]
    [InlineData("VLPromptLearner/model.pth.tar-2")]
    [InlineData("checkpoints/last.safetensors")]
    public void Of_a_teaching(string pattern)
    {
        using var runs = new TeachingRuns();
        TeachingRuns.Teach(runs.Config("whole"));
        TeachingRuns.Teach(runs.Config("other") with { Seed = 8 });
        TeachingRuns.Teach(runs.Config("first"));

        ForEachDamage(runs.Folder, pattern, folder =>
        {
            TeachingRuns.Teach(runs.Config(folder));
            Dictionary<string, string> expected = runs.Digests("whole"), found = runs.Digests(folder);
            if (pattern.StartsWith("checkpoints", StringComparison.Ordinal))
            {
                // A finished run does not look at its state.
                expected.Remove(Path.Combine("checkpoints", "last.safetensors"));
                found.Remove(Path.Combine("checkpoints", "last.safetensors"));
            }

            Assert.Equal(expected, found);
        });
    }

    private static void ForEachDamage(string root, string pattern, Action<string> runAndCompare)
    {
        string Find(string run) => Directory.GetFiles(
            Path.Combine(root, run, Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern)).Single();
        for (int seed = 0; seed < Damage.Kinds; seed++)
        {
            string folder = $"damaged{seed}";
            Damage.CopyFolder(Path.Combine(root, "first"), Path.Combine(root, folder));
            string what = Damage.Do(Find(folder), seed, Find("other"));
            SameOrOneLine(what, () => runAndCompare(folder));
        }
    }

    private static void SameOrOneLine(string what, Action read)
    {
        try
        {
            read();
        }
        catch (PromptKDException error)
        {
            Assert.False(error.Message.Contains('\n', StringComparison.Ordinal), $"{what}: {error.Message}");
        }
        catch (Exception error)
        {
            Assert.Fail($"{what}: {error}");
        }
    }

    private static void StopBehind(Listener counter, int steps, CancellationTokenSource stop)
    {
        counter.OnStep(null!);
        if (counter.Steps == steps)
        {
            stop.Cancel();
        }
    }

    private static IReadOnlyList<ClassProbability> Classify(string package, DistillingRuns runs)
    {
        using var classifier = StudentClassifier.Load(package, Computing.OnProcessor);
        return classifier.Classify(runs.Picture(0), top: 3);
    }

    private static void Train(ExperimentConfig config) =>
        Experiment.Train(config, new TrainingRequest(), cancellationToken: TestContext.Current.CancellationToken);
}
