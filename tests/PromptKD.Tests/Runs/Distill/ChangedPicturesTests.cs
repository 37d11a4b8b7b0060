using PromptKD.Configuration;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>A picture changes behind the hashing: no package may say that it was made from what was hashed.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ChangedPicturesTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("replaced", "changed since it was hashed")]
    [InlineData("damaged", "changed since it was hashed")]
    [InlineData("removed", "gone since it was hashed")]
    public void Ends_the_run_in_one_line_and_leaves_no_package(string how, string words)
    {
        string picture = _runs.Picture(4);
        byte[] whole = File.ReadAllBytes(picture);
        DateTime time = File.GetLastWriteTimeUtc(picture);
        ExperimentConfig config = _runs.Config();
        var listener = new Listener(() => Change(picture, how));

        string message = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(config, listener)).Message;

        Assert.StartsWith($"{picture}: {words}", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.False(Directory.Exists(Path.Combine(_runs.Output("run"), "student")));

        // Put back, the same call ends as if nothing had been.
        File.WriteAllBytes(picture, whole);
        File.SetLastWriteTimeUtc(picture, time);
        DistillingRuns.Distil(config);
        DistillingRuns.Distil(_runs.Config("whole"));
        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("run"));
    }

    private void Change(string picture, string how)
    {
        switch (how)
        {
            case "removed":
                File.Delete(picture);
                break;
            case "damaged":
                File.WriteAllText(picture, "no picture");
                break;
            default:
                File.Copy(_runs.Picture(3), picture, overwrite: true);
                File.SetLastWriteTimeUtc(picture, DateTime.UtcNow);
                break;
        }
    }
}
