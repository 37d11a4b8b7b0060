using PromptKD.Configuration;
using PromptKD.Features.Store;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference.Exports;

[Collection(AloneInTheProcess.Name)]
public sealed class Int8TowerTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    private string Store => Path.Combine(_runs.Folder, "store");

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("CLIP", true)]
    [InlineData("SigLIP", false)]
    public void A_store_in_8_bits_says_so_and_what_it_costs(string teacher, bool areNamed)
    {
        var watcher = new PhaseListener();

        Fill(
            teacher,
            watcher,
            areNamed ? ["DISTILL.EIGHT_BIT", "True"] : ["DISTILL.EIGHT_BIT", "True", "DISTILL.CLASSES", "[]"]);

        string cost = Assert.Single(watcher.Phases, phase => phase.StartsWith("int8: ", StringComparison.Ordinal));
        Assert.Contains("on 10 pictures", cost, StringComparison.Ordinal);
        Assert.Contains(
            areNamed ? "the best of 3 classes changes for" : "give DISTILL.CLASSES", cost, StringComparison.Ordinal);
        Assert.Equal("int8", StoreIndex.Read(Store).Precision);
        Assert.Contains(
            "precision",
            Assert.Throws<PromptKDException>(() => Fill(teacher, watcher, [])).Message,
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_student_learns_from_it_as_from_every_store()
    {
        Fill("CLIP", new PhaseListener(), ["DISTILL.EIGHT_BIT", "True"]);

        DistillingRuns.Distil(_runs.Config("run", "DISTILL.STORE", Store));

        Assert.True(File.Exists(Path.Combine(_runs.Output("run"), "student", "model.json")));
    }

    private void Fill(string teacher, PhaseListener watcher, string[] options)
    {
        string folder = Path.Combine(_runs.Folder, "siglip");
        if (teacher == "SigLIP" && !Directory.Exists(folder))
        {
            TinyTowers.Siglip(folder);
        }

        ExperimentConfig config = _runs.Config("any",
        [
            "DISTILL.TEACHER", teacher == "SigLIP" ? folder : _runs.Teacher, "DISTILL.STORE", Store, "DISTILL.VIEWS",
            "2", .. options,
        ]);
        Experiment.StoreFeatures(config, StorePart.Whole, watcher, TestContext.Current.CancellationToken);
    }

    private sealed class PhaseListener : PromptKD.Runtime.IRunObserver
    {
        public List<string> Phases { get; } = [];

        public void OnPhase(string what) => Phases.Add(what);
    }
}
