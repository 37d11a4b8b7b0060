using PromptKD.Inference.Previews;
using PromptKD.Runtime;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Runs.Teach;

namespace PromptKD.Tests.Inference.Previews;

[Collection(AloneInTheProcess.Name)]
public sealed class TeacherPreviewTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Looks_at_a_sample_and_keeps_no_tensor()
    {
        Look(Request);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        PreviewReport report = Look(Request with { Sample = 4 });

        Assert.Equal((DistillingRuns.Pictures, 4), (report.Pictures, report.Sample));
        Assert.Equal(4, report.Classes.Sum(one => one.Pictures));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Sentences_change_what_it_says() => Assert.NotEqual(
        Look(Request).Confidence, Look(Request with { Templates = ["the opposite of {}"] }).Confidence);

    [Fact]
    public void Learned_prompts_change_what_it_says_and_read_no_sentences()
    {
        using var teaching = new TeachingRuns(); // Its CLIP is the teacher of these runs, to the byte.
        string prompts = TeachingRuns.Teach(teaching.Config()).Checkpoint;
        PreviewRequest prompted = Request with { TeacherPrompts = prompts };

        Assert.NotEqual(Look(Request).Confidence, Look(prompted).Confidence);
        Assert.NotEqual(Look(prompted).Confidence, Look(prompted with { Context = "photo of" }).Confidence);
        Assert.Contains(
            "Leave Templates out",
            Assert.Throws<PromptKDException>(() => Look(prompted with { Templates = ["a {}."] })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_class_name_stands_where_CoOp_had_it()
    {
        using var teaching = new TeachingRuns();
        string prompts = TeachingRuns.Teach(teaching.Config().MergeOverrides(
            ["TRAINER.NAME", "CoOp", "TRAINER.COOP.N_CTX", "4", "OPTIM.LR", "0.1"])).Checkpoint;
        PreviewRequest prompted = Request with { TeacherPrompts = prompts, Context = "" };

        double?[] said = [.. new[] { null, "end", "middle", "front" }
            .Select(position => Look(prompted with { ClassPosition = position }).Confidence)];

        Assert.Equal(said[0], said[1]);
        Assert.Equal(3, said.Distinct().Count());
        Assert.Equal(
            "ClassPosition 'front' is of words that CoOp learned, and the teacher has none. Leave it out.",
            Assert.Throws<PromptKDException>(() => Look(Request with { ClassPosition = "front" })).Message);
    }

    [Fact]
    public void A_student_gives_an_estimate_of_the_run()
    {
        PreviewRequest request = Request with { Student = _runs.Student };

        PreviewEstimate best = Look(request).Estimate!;
        PreviewEstimate fast = Look(request with { Recipe = "fast" }).Estimate!;

        Assert.Null(Look(Request).Estimate);
        Assert.Equal(["best", "fast"], [best.Recipe, fast.Recipe]);
        Assert.Equal(
            ["storing", "the start's 100 passes", "20 epochs", "compiling and writing"],
            best.Phases.Select(phase => phase.Name));
        Assert.Equal(
            ["storing", "the start's 100 passes", "compiling and writing"], fast.Phases.Select(phase => phase.Name));
        Assert.Equal(best.Seconds, best.Phases.Sum(phase => phase.Seconds), 3);
        Assert.Contains("20 epochs", best.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_without_a_student_is_refused() => Assert.Equal(
        "Recipe fast is of a run whose student is not named. Give Student, too.",
        Assert.Throws<PromptKDException>(() => Look(Request with { Recipe = "fast" })).Message);

    [Fact]
    public void What_cannot_be_meant_is_refused_before_a_teacher_is_read()
    {
        PreviewRequest nowhere = Request with { Teacher = "nowhere.pt" };

        Assert.StartsWith(
            "Recipe fast",
            Assert.Throws<PromptKDException>(() => Look(nowhere with { Recipe = "fast" })).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "The template",
            Assert.Throws<PromptKDException>(() => Look(nowhere with { Templates = ["no place"] })).Message,
            StringComparison.Ordinal);
    }

    private PreviewRequest Request => new()
    {
        Teacher = _runs.Teacher,
        ClassNames = ["cat", "dog", "owl"],
        Images = _runs.Images,
        Vocabulary = TinyClip.Vocabulary,
        Device = ComputeDevice.Cpu,
        Precision = ComputePrecision.Fp32,
    };

    private static PreviewReport Look(PreviewRequest request) =>
        TeacherPreview.Of(request, cancellationToken: TestContext.Current.CancellationToken);
}
