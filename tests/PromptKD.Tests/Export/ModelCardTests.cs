using PromptKD.Data.Decoding;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Models.Clip;

namespace PromptKD.Tests.Export;

public sealed class ModelCardTests
{
    private static readonly StudentManifest s_manifest = new()
    {
        Architecture = ClipArchitecture.VitB16,
        PromptLength = 4,
        PromptDepth = 9,
        TeacherEmbedding = 512,
        LogitScale = 100,
        ClassNames = ["red star", "blue_moon"],
        Templates = ["a photo of a {}.", "*{}*"],
        Preprocessing = new Preprocessing(),
        Precision = "fp32",
        Inputs = new Dictionary<string, string>(),
        Training = new StudentTraining(90, 0, 20, 8, 0.005, 1000, 1, 1, 0.5),
    };

    [Fact]
    public void Names_the_sentences_and_nothing_in_them_is_a_mark() => Assert.Contains(
        "Sentences of the teacher: \"a photo of a {}.\", \"\\*{}\\*\".",
        ModelCard.Write(s_manifest),
        StringComparison.Ordinal);

    [Fact]
    public void Says_what_the_run_warned_of_and_nothing_where_it_did_not()
    {
        string card = ModelCard.Write(
            s_manifest with { Training = s_manifest.Training! with { Notices = ["the loss is *not* falling."] } });

        Assert.Contains(
            "\n## Look at this first\n\n* the loss is \\*not\\* falling.\n\n## Numbers of this run\n",
            card,
            StringComparison.Ordinal);
        Assert.DoesNotContain("Look at this first", ModelCard.Write(s_manifest), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_start_alone_there_are_no_epochs()
    {
        string card = ModelCard.Write(s_manifest with { Training = s_manifest.Training! with { Epochs = 0 } });

        Assert.Contains(
            "90 unlabelled pictures, a start on stored features alone,\nloss weight", card, StringComparison.Ordinal);
        Assert.Contains(
            "In the last pass it chose the teacher's class for 50.0 % of the training pictures",
            card,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class vectors", "The class vectors were given: their sentences are not known here.")]
    [InlineData("teacher prompts", "The class names stand beside learned text tokens")]
    public void Names_no_sentences_that_the_class_vectors_are_not_of(string input, string expected)
    {
        string card = ModelCard.Write(
            s_manifest with { Inputs = new Dictionary<string, string> { [input] = new string('0', 64) } });

        Assert.Contains(expected, card, StringComparison.Ordinal);
        Assert.DoesNotContain("a photo of a {}", card, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_CLIPs_the_day_and_the_program_where_they_are_known()
    {
        Assert.Contains(
            "Student: small\\*clip. Teachers: openai:ViT-L/14, other.pt. Made on 2000-02-29 (UTC) by PromptKD for .NET 1.2.\n",
            ModelCard.Write(s_manifest with
            {
                Origin = new StudentOrigin(
                    "small*clip", ["openai:ViT-L/14", "other.pt"], new DateOnly(2000, 2, 29), "PromptKD for .NET 1.2"),
            }).ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("Made on", ModelCard.Write(s_manifest), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_CLIP_on_this_machine_only_the_name_is_kept()
    {
        string folder = Directory.CreateTempSubdirectory("clip").FullName;

        StudentOrigin origin = StudentOrigin.Of($"{folder}{Path.DirectorySeparatorChar}", ["openai:ViT-L/14", ""]);

        Assert.Equal(Path.GetFileName(folder), origin.Student);
        Assert.Equal(["openai:ViT-L/14"], origin.Teachers);
        Directory.Delete(folder);
    }

    [Fact]
    public void What_was_held_out_and_how_sure_it_may_be_is_said()
    {
        string card = ModelCard.Write(s_manifest with
        {
            HeldOut = new HeldOutComparison(
                new HeldOutTeacher(10, 0, 0.3, 2, 1.8, 0.9, 0.5), Said(0.8), Said(0.2)),
            Calibration = new Calibration(1.25, Calibration.Teacher, 10, 0.12, 0.034),
        });

        Assert.Contains(
            "There was no validation folder.\nOn 10 pictures that were held out it gives the teacher's class to 80.0 % (its CLIP as it "
            + "came: 20.0 %; always the teacher's most frequent class: 30.0 %).\nIts probabilities have a temperature of 1.25, fitted on "
            + "10 pictures to the teacher: expected calibration error 12.0 % before, 3.4 % with it.",
            card,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_clip_as_it_came_has_a_row_of_its_own() => Assert.Contains(
        "| its CLIP as it came | 12.5 | – | – | – |",
        ModelCard.Write(s_manifest with
        {
            Validation = new BaseNovelResult(50, null, null, 45, 8),
            UntrainedValidation = new BaseNovelResult(12.5, null, null, 10, 8),
        }),
        StringComparison.Ordinal);

    private static HeldOutResult Said(double agreement) => new()
    {
        Pictures = 10,
        Agreement = agreement,
        Divergence = 0.1,
        MajorityShare = 0.4,
        ClassesNamed = 2,
        ClassesUsed = 1.9,
    };
}
