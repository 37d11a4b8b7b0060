using PromptKD.Configuration;

namespace PromptKD.Tests.Configuration;

public sealed class OverrideReaderTests
{
    [Fact]
    public void Values_are_Python_literals_or_plain_text()
    {
        ExperimentConfig config = new ExperimentConfig().MergeOverrides(
        [
            "OPTIM.LR", "1e-4",
            "OPTIM.STEPSIZE", "[5, 10]",
            "INPUT.SIZE", "(32,)",
            "INPUT.TRANSFORMS", "(\"normalize\",)",
            "TRAINER.COOP.CSC", "True",
            "TRAINER.COOP.CTX_INIT", "a photo of a",
            "DATASET.NAME", "'5'",
        ]);

        Assert.Equal(1e-4, config.Optim.Lr);
        Assert.Equal([5, 10], config.Optim.StepSize);
        Assert.Equal([32], config.Input.Size);
        Assert.Equal(["normalize"], config.Input.Transforms);
        Assert.True(config.Trainer.CoOp.Csc);
        Assert.Equal("a photo of a", config.Trainer.CoOp.CtxInit);
        Assert.Equal("5", config.Dataset.Name);
    }

    [Theory]
    [InlineData("TRAINER.PROMPTKD.KD_WEIGHT", "200")]
    [InlineData("TRAINER.PROMPTKD.KD_WEIGHT", "200.0")]
    public void A_whole_number_is_a_number(string key, string value) =>
        Assert.Equal(200.0, new ExperimentConfig().MergeOverrides([key, value]).Trainer.PromptKD.KdWeight);

    [Theory]
    [InlineData("yes")]
    [InlineData("on")]
    [InlineData("null")]
    [InlineData("010")]
    public void Words_that_only_YAML_reads_otherwise_stay_text(string word) =>
        Assert.Equal(word, new ExperimentConfig().MergeOverrides(["OUTPUT_DIR", word]).OutputDir);

    // YACS evaluates None, and takes it for a key of any type; in quotes within the argument it is a text.
    [Theory]
    [InlineData("None", "")]
    [InlineData(" None ", "")]
    [InlineData("", "")]
    [InlineData("'None'", "None")]
    [InlineData("none", "none")]
    public void None_is_no_text(string value, string expected) =>
        Assert.Equal(expected, new ExperimentConfig().MergeOverrides(["TRAINER.MAPLE.CTX_INIT", value])
            .Trainer.MaPLe.CtxInit);

    [Theory]
    [InlineData("OPTIM.LR", "None", "OPTIM.LR must be a number, not nothing.")]
    [InlineData("INPUT.SIZE", "None", "INPUT.SIZE must be a list of whole numbers, not nothing.")]
    [InlineData("INPUT.TRANSFORMS", "['normalize', None]", "INPUT.TRANSFORMS must be a list of texts")]
    [InlineData("DEVICE", "None", "DEVICE must be auto, cpu, cuda, or cuda:N, not nothing.")]
    public void None_is_no_number_no_list_and_no_choice(string key, string value, string reason)
    {
        var error = Assert.Throws<PromptKDException>(() => new ExperimentConfig().MergeOverrides([key, value]));

        Assert.StartsWith($"command line: {reason}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command line: OPTIM.LR has no value. Settings are pairs: KEY VALUE.", "SEED", "1", "OPTIM.LR")]
    [InlineData(
        "command line: unknown key NO.SUCH_KEY. The top has OUTPUT_DIR, RESUME, SEED, USE_CUDA, DEVICE, ONNX_PROVIDER, "
        + "REFERENCE, INPUT, DATASET, DATALOADER, MODEL, OPTIM, TRAIN, TEST, TRAINER, DISTILL, VERSION, VERBOSE.",
        "NO.SUCH_KEY",
        "1")]
    [InlineData(
        "command line: unknown key TRAINER.PROMPKD.TEMPERATURE. Did you mean TRAINER.PROMPTKD.TEMPERATURE?",
        "TRAINER.PROMPKD.TEMPERATURE",
        "1")]
    [InlineData("command line: unknown key optim.lr. Did you mean OPTIM.LR?", "optim.lr", "1")]
    [InlineData("command line: unknown key OPTIM.LR.EXTRA. Did you mean OPTIM.LR?", "OPTIM.LR.EXTRA", "1")]
    [InlineData(
        "command line: MODEL.BACKBONE is a section. Give one of its keys: MODEL.BACKBONE.NAME, "
        + "MODEL.BACKBONE.PRETRAINED.",
        "MODEL.BACKBONE",
        "RN50")]
    [InlineData("command line: OPTIM.MAX_EPOCH must be a whole number, not 2.5.", "OPTIM.MAX_EPOCH", "2.5")]
    [InlineData("command line: TEST.NO_TEST must be True or False, not 1.", "TEST.NO_TEST", "1")]
    [InlineData("command line: TEST.NO_TEST must be True or False, not \"true\".", "TEST.NO_TEST", "true")]
    [InlineData("command line: DATASET.NAME must be text, not 5. Quotes make it text.", "DATASET.NAME", "5")]
    public void A_mistake_is_one_line(string message, params string[] overrides)
    {
        var error = Assert.Throws<PromptKDException>(() => new ExperimentConfig().MergeOverrides(overrides));

        Assert.Equal(message, error.Message);
    }
}
