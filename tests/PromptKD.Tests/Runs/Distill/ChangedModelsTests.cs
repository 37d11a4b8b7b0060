using PromptKD.Configuration;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>A model changes while it is in use: no package may name the digest of what it was not made of.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ChangedModelsTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("Hashing", true)] // Opened already, and hashed behind the pictures.
    [InlineData("Storing the teacher's features", true)] // Hashed already, and read behind the store.
    [InlineData("Storing the teacher's features", false)]
    public void Ends_the_run_in_one_line_and_leaves_no_package(string phase, bool isMoved)
    {
        ExperimentConfig config = _runs.Config("run", "DISTILL.VIEWS", "2");
        var changing = new AtPhase(phase, () => Replace(_runs.Student, isMoved));

        string message = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(config, changing)).Message;

        Assert.StartsWith($"{_runs.Student}: changed while it was read", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.False(Directory.Exists(Path.Combine(_runs.Output("run"), "student")));

        // The new one is as good as any: the same call learns from it.
        DistillingRuns.Distil(config);
        DistillingRuns.Distil(_runs.Config("whole", "DISTILL.VIEWS", "2"));
        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("run"));
    }

    // As mv does, which leaves what is open as it was, or as cp does, which writes into it.
    private static void Replace(string model, bool isMoved)
    {
        string other = model + ".new";
        TinyClip.Write(other, TinyClip.Architecture, seed: 4711);
        if (isMoved)
        {
            File.Move(other, model, overwrite: true);
        }
        else
        {
            File.WriteAllBytes(model, File.ReadAllBytes(other));
        }
    }
}
