using PromptKD.Configuration;

namespace PromptKD.Tests.Configuration;

/// <summary>What settings may say, and what is said of those that may not.</summary>
public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    [InlineData("OPTIM:\nTRAINER:\n  PROMPTKD:\n")]
    [InlineData("{}")]
    public void A_file_without_settings_changes_nothing(string yaml) =>
        Assert.Equal(new ExperimentConfig(), Merge(yaml));

    [Theory]
    [InlineData(
        "OPTIM:\n  LR: 0.1\nOPTIM.LR: 0.2", "a.yaml:3:1: OPTIM.LR stands in line 2 already. Keep one of the two.")]
    [InlineData(
        "OPTIM.LR: 0.1\nOPTIM: {LR: 0.2}", "a.yaml:2:9: OPTIM.LR stands in line 1 already. Keep one of the two.")]
    [InlineData("SEED: 1\nOPTIM: {LR: 0.1\0}", "a.yaml:2: not valid YAML: a zero byte. Is it a text, and in UTF-8?")]
    public void What_is_ambiguous_or_ends_early_is_refused(string yaml, string expected) => Assert.Equal(
        expected,
        Assert.Throws<PromptKDException>(() => YamlReader.Merge(new ExperimentConfig(), yaml, "a.yaml")).Message);

    // PyYAML's safe_load, as which YACS reads: "could not determine a constructor for the tag".
    [Theory]
    [InlineData("SEED: !foo 1", "a.yaml:1:7: the tag !foo means nothing here; leave it out.")]
    [InlineData(
        "SEED: !!python/name:os.system 1",
        "a.yaml:1:7: the tag !!python/name:os.system means nothing here; leave it out.")]
    [InlineData("OPTIM: !!set {LR: 0.1}", "a.yaml:1:8: the tag !!set means nothing here; leave it out.")]
    [InlineData("--- !mine\nSEED: 1", "a.yaml:1:5: the tag !mine means nothing here; leave it out.")]
    [InlineData(
        "INPUT:\n  TRANSFORMS: !!python/tuple [a]",
        "a.yaml:2:15: the tag !!python/tuple means nothing here; leave it out.")]
    [InlineData("!x SEED: 1", "a.yaml:1:1: the tag !x means nothing here; leave it out.")]
    [InlineData("SEED: !!map 1", "a.yaml:1:7: the tag !!map means nothing here; leave it out.")]
    [InlineData("SEED: !<tag:me,2026:x> 1", "a.yaml:1:7: the tag tag:me,2026:x means nothing here; leave it out.")]
    public void A_tag_that_means_nothing_is_refused(string yaml, string expected) => Assert.Equal(
        expected,
        Assert.Throws<PromptKDException>(() => YamlReader.Merge(new ExperimentConfig(), yaml, "a.yaml")).Message);

    [Fact]
    public void Tags_of_what_a_setting_can_be_are_read()
    {
        ExperimentConfig read = Merge(
            "SEED: !!int \"3\"\nOUTPUT_DIR: !!str 5\nOPTIM: !!map {LR: !!float 0.5, NAME: ! sgd}\nUSE_CUDA: !!bool no\n");

        Assert.Equal((3, "5", 0.5, "sgd"), (read.Seed, read.OutputDir, read.Optim.Lr, read.Optim.Name));
    }

    [Theory]
    [InlineData("LR: 1e-5", 1e-5)] // Text to YAML 1.1, a number to Python.
    [InlineData("LR: 1.0e-5", 1e-5)]
    [InlineData("LR: .5", 0.5)]
    [InlineData("LR: 5.", 5)]
    [InlineData("LR: 2", 2)]
    [InlineData("LR: 1_000.5", 1000.5)]
    [InlineData("LR: \"1e-5\"", 1e-5)]
    public void Numbers_are_read_as_the_family_reads_them(string setting, double expected) =>
        Assert.Equal(expected, Merge($"OPTIM: {{{setting}}}").Optim.Lr);

    [Theory]
    [InlineData("OPTIM:\n  LR: .inf", 2, 7, "OPTIM.LR", ".inf")]
    [InlineData("OPTIM:\n  LR: -.Inf", 2, 7, "OPTIM.LR", "-.inf")]
    [InlineData("OPTIM: {WEIGHT_DECAY: .nan}", 1, 23, "OPTIM.WEIGHT_DECAY", ".nan")]
    [InlineData("\nTRAINER.PROMPTKD.KD_WEIGHT: 1e999", 2, 29, "TRAINER.PROMPTKD.KD_WEIGHT", ".inf")]
    [InlineData("INPUT:\n  PIXEL_STD: [1.0, .inf, 1.0]", 2, 14, "INPUT.PIXEL_STD", "[1.0, .inf, 1.0]")]
    public void A_number_without_end_is_refused_where_it_stands(
        string yaml, int line, int column, string key, string shown)
    {
        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.Equal($"mine.yaml:{line}:{column}: {key} must be finite, not {shown}.", error.Message);
    }

    [Fact]
    public void A_value_of_thousands_of_letters_is_cut_in_the_message()
    {
        var error = Assert.Throws<PromptKDException>(() => Merge($"SEED: {new string('9', 5000)}"));

        Assert.Equal($"mine.yaml:1:7: SEED must be a whole number, not {new string('9', 200)}….", error.Message);
    }

    [Theory]
    [InlineData("010", 8)] // Base 8 in YAML 1.1.
    [InlineData("0o10", 8)]
    [InlineData("0x10", 16)]
    [InlineData("0b101", 5)]
    [InlineData("-3", -3)]
    [InlineData("+3", 3)]
    [InlineData("1_000", 1000)]
    [InlineData("0", 0)]
    public void Whole_numbers_are_read_in_every_base(string value, int expected) =>
        Assert.Equal(expected, Merge($"SEED: {value}").Seed);

    [Theory]
    [InlineData("True", true)]
    [InlineData("yes", true)]
    [InlineData("ON", true)]
    [InlineData("false", false)]
    [InlineData("No", false)]
    [InlineData("off", false)]
    [InlineData("\"False\"", false)]
    public void Truths_are_read_in_the_spellings_of_YAML_1_1(string value, bool expected) =>
        Assert.Equal(expected, Merge($"USE_CUDA: {value}").UseCuda);

    [Theory]
    [InlineData("(32, 48)")]
    [InlineData("[32, 48]")]
    [InlineData("\"(32, 48)\"")]
    [InlineData("[0x20, \"48\"]")]
    public void Lists_are_read_from_YAML_and_from_Python(string value) =>
        Assert.Equal([32, 48], Merge($"INPUT:\n  SIZE: {value}").Input.Size);

    [Theory]
    [InlineData("ViT-B/16", "ViT-B/16")]
    [InlineData("a photo of a", "a photo of a")]
    [InlineData("'5'", "5")]
    [InlineData("\"True\"", "True")]
    [InlineData("!!str 5", "5")]
    [InlineData("1:30", "1:30")]
    [InlineData("\"tab\\tand \\u00e9\"", "tab\tand é")]
    public void Texts_are_read_with_and_without_quotes(string value, string expected) =>
        Assert.Equal(expected, Merge($"OUTPUT_DIR: {value}").OutputDir);

    // PyYAML reads null, and the text None with or without quotes, which YACS then evaluates.
    [Theory]
    [InlineData("None", "")]
    [InlineData("'None'", "")]
    [InlineData("~", "")]
    [InlineData("null", "")]
    [InlineData("", "")]
    [InlineData("'null'", "null")]
    [InlineData("!!str None", "None")]
    public void None_is_no_text(string value, string expected) =>
        Assert.Equal(expected, Merge($"OUTPUT_DIR: {value}").OutputDir);

    [Fact]
    public void The_text_None_is_written_so_that_it_is_read_back()
    {
        ExperimentConfig config = new ExperimentConfig() with { OutputDir = "None" };

        Assert.Equal("None", Merge(config.ToYaml()).OutputDir);
    }

    [Theory]
    [InlineData(
        "TRAINER:\n  PROMPTKD:\n    TEMPRATURE: 2.0",
        "mine.yaml:3:5: unknown key TRAINER.PROMPTKD.TEMPRATURE. Did you mean TEMPERATURE?")]
    [InlineData(
        "TRANER:\n  PROMPTKD:\n    TEMPERATURE: 2.0",
        "mine.yaml:1:1: unknown key TRANER. Did you mean TRAINER?")]
    [InlineData(
        "KD_WEIGHT: 200",
        "mine.yaml:1:1: unknown key KD_WEIGHT. Did you mean TRAINER.PROMPTKD.KD_WEIGHT?")]
    [InlineData(
        "TRAIN:\n  LOUDNESS: 11",
        "mine.yaml:2:3: unknown key TRAIN.LOUDNESS. "
        + "TRAIN has CHECKPOINT_FREQ, PRINT_FREQ, CHECKPOINT_MINUTES, ACCEPT_CHANGES, MEMORY, TEXT_CHUNK, COUNT_ITER.")]
    [InlineData("OPTIM:\n  MAX_EPOCH: 2.5", "mine.yaml:2:14: OPTIM.MAX_EPOCH must be a whole number, not 2.5.")]
    [InlineData("OPTIM:\n  LR: fast", "mine.yaml:2:7: OPTIM.LR must be a number, not \"fast\".")]
    [InlineData("OPTIM:\n  LR:", "mine.yaml:2:6: OPTIM.LR must be a number, not nothing.")]
    [InlineData("SEED: 3000000000", "mine.yaml:1:7: SEED must be a whole number, not 3000000000.")]
    [InlineData("USE_CUDA: 1", "mine.yaml:1:11: USE_CUDA must be True or False, not 1.")]
    [InlineData(
        "DATASET:\n  NAME: 5",
        "mine.yaml:2:9: DATASET.NAME must be text, not 5. Quotes make it text.")]
    [InlineData(
        "DATASET:\n  NAME: no",
        "mine.yaml:2:9: DATASET.NAME must be text, not False. Quotes make it text.")]
    [InlineData(
        "INPUT:\n  SIZE: 224",
        "mine.yaml:2:9: INPUT.SIZE must be a list of whole numbers, not 224.")]
    [InlineData(
        "INPUT:\n  PIXEL_MEAN: [0.5, red]",
        "mine.yaml:2:15: INPUT.PIXEL_MEAN must be a list of numbers, not [0.5, \"red\"].")]
    [InlineData(
        "INPUT:\n  TRANSFORMS: [normalize, 3]",
        "mine.yaml:2:15: INPUT.TRANSFORMS must be a list of texts, not [\"normalize\", 3].")]
    [InlineData(
        "INPUT:\n  SIZE:\n    WIDTH: 3",
        "mine.yaml:3:5: INPUT.SIZE must be a list of whole numbers, not a section of keys.")]
    [InlineData("OPTIM: sgd", "mine.yaml:1:8: OPTIM must be a section of keys, not \"sgd\".")]
    [InlineData("- SEED", "mine.yaml:1:1: The file must be a section of keys, not [\"SEED\"].")]
    [InlineData("[SEED]: 1", "mine.yaml:1:1: a key must be a single word.")]
    [InlineData(
        "TRAINER:\n  COOP:\n    PREC: fp8",
        "mine.yaml:3:11: TRAINER.COOP.PREC must be one of auto, fp32, bf16, fp16, amp, not \"fp8\".")]
    [InlineData(
        "DATALOADER:\n  TEST:\n    BATCH_SIZE: 0",
        "mine.yaml:3:17: DATALOADER.TEST.BATCH_SIZE must be at least 1, not 0.")]
    [InlineData(
        "DATALOADER:\n  TRAIN_X:\n    BATCH_SIZE: 2147483647",
        "mine.yaml:3:17: DATALOADER.TRAIN_X.BATCH_SIZE must be at most 1000000, not 2147483647.")]
    [InlineData(
        "OPTIM:\n  MAX_EPOCH: 2147483647", "mine.yaml:2:14: OPTIM.MAX_EPOCH must be at most 1000000, not 2147483647.")]
    [InlineData(
        "DISTILL:\n  VIEWS: 2147483647", "mine.yaml:2:10: DISTILL.VIEWS must be at most 10000, not 2147483647.")]
    [InlineData(
        "TRAINER:\n  PROMPTKD:\n    TEMPERATURE: 0",
        "mine.yaml:3:18: TRAINER.PROMPTKD.TEMPERATURE must be greater than 0, not 0.")]
    [InlineData(
        "INPUT:\n  TRANSFORMS: [{a: b}]",
        "mine.yaml:2:15: INPUT.TRANSFORMS must be a list of texts, not [{ { a, b } }].")]
    [InlineData(
        "TRAINER:\n  PROMPTKD:\n    TEMPLATES: [a photo.]",
        "mine.yaml:3:16: TRAINER.PROMPTKD.TEMPLATES must be one or more texts that contain {}, not [\"a photo.\"].")]
    [InlineData("DEVICE: gpu", "mine.yaml:1:9: DEVICE must be auto, cpu, cuda, or cuda:N, not \"gpu\".")]
    [InlineData("SEED: 1\n---\nSEED: 2", "mine.yaml:3:1: a second document begins. Put all settings in one.")]
    public void A_mistake_is_one_line_with_its_place(string yaml, string message)
    {
        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void A_full_key_needs_no_section() => Assert.Equal(0.1, Merge("OPTIM.LR: 0.1").Optim.Lr);

    private static ExperimentConfig Merge(string yaml) => new ExperimentConfig().MergeYaml(yaml, "mine.yaml");
}
