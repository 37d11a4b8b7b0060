using PromptKD.Inference;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Runtime;

namespace PromptKD.Tests.Export;

/// <summary>Packages whose manifest and tensors contradict each other, each sealed as if it were whole.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class StudentPackageTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("teacherEmbedding", 40, 4096)] // The projector's second layer alone would take 64 MiB.
    [InlineData("visionWidth", 128, 4096)]
    public void A_manifest_asks_for_no_more_memory_than_its_tensors_fill(string name, int found, int changed)
    {
        string package = DistillingRuns.Distil(_runs.Config()).StudentFolder;
        string manifest = Path.Combine(package, "model.json");
        string text = File.ReadAllText(manifest);
        Assert.Contains($"\"{name}\": {found}", text, StringComparison.Ordinal);
        File.WriteAllBytes(
            manifest,
            SealedAnew.Of(text.Replace($"\"{name}\": {found}", $"\"{name}\": {changed}", StringComparison.Ordinal)));

        var error = Assert.Throws<PromptKDException>(() => StudentClassifier.Load(
            package, Computing.OnProcessor, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("model.json beside it says that there are", error.Message, StringComparison.Ordinal);
    }
}
