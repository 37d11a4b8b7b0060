using System.Text;
using CsCheck;
using PromptKD.Configuration;

namespace PromptKD.Tests.Configuration;

public sealed class YamlReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    [InlineData("OPTIM:\nTRAINER:\n  PROMPTKD:\n")]
    [InlineData("{}")]
    public void A_file_without_settings_changes_nothing(string yaml) =>
        Assert.Equal(new ExperimentConfig(), Merge(yaml));

    [Fact]
    public void Says_where_half_a_letter_stands_that_is_none()
    {
        var error = Assert.Throws<PromptKDException>(
            () => YamlReader.Merge(new ExperimentConfig(), "OUTPUT_DIR: \"\\ud800\\u0041\"", "a.yaml"));

        Assert.StartsWith("a.yaml: not valid YAML", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPTIM:\n  LR: 0.1\nOPTIM.LR: 0.2", "a.yaml:3:1: OPTIM.LR stands in line 2 already. Keep one of the two.")]
    [InlineData("OPTIM.LR: 0.1\nOPTIM: {LR: 0.2}", "a.yaml:2:9: OPTIM.LR stands in line 1 already. Keep one of the two.")]
    [InlineData("SEED: 1\nOPTIM: {LR: 0.1\0}", "a.yaml:2: not valid YAML: a zero byte. Is it a text, and in UTF-8?")]
    public void What_is_ambiguous_or_ends_early_is_refused(string yaml, string expected) => Assert.Equal(
        expected,
        Assert.Throws<PromptKDException>(() => YamlReader.Merge(new ExperimentConfig(), yaml, "a.yaml")).Message);

    // PyYAML's safe_load, as which YACS reads: "could not determine a constructor for the tag".
    [Theory]
    [InlineData("SEED: !foo 1", "a.yaml:1:7: the tag !foo means nothing here; leave it out.")]
    [InlineData("SEED: !!python/name:os.system 1", "a.yaml:1:7: the tag !!python/name:os.system means nothing here; leave it out.")]
    [InlineData("OPTIM: !!set {LR: 0.1}", "a.yaml:1:8: the tag !!set means nothing here; leave it out.")]
    [InlineData("--- !mine\nSEED: 1", "a.yaml:1:5: the tag !mine means nothing here; leave it out.")]
    [InlineData("INPUT:\n  TRANSFORMS: !!python/tuple [a]", "a.yaml:2:15: the tag !!python/tuple means nothing here; leave it out.")]
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
    [InlineData(new byte[] { 0xE9 }, "the byte 0xE9 is not UTF-8")] // é of Windows.
    [InlineData(new byte[] { 0xC3, 0x28 }, "the byte 0xC3 is not UTF-8")]
    public void A_file_in_another_encoding_is_refused(byte[] letter, string expected)
    {
        string path = Path.Combine(_folder, "a.yaml");
        File.WriteAllBytes(path, [.. "OUTPUT_DIR: caf"u8, .. letter, .. " au lait\n"u8]);

        var error = Assert.Throws<PromptKDException>(() => YamlReader.MergeFile(new ExperimentConfig(), path));

        Assert.Equal($"{path}: {expected}. Save the file as UTF-8.", error.Message);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_file_with_a_byte_order_mark_is_read_by_it(string encoding)
    {
        string path = Path.Combine(_folder, "a.yaml");
        File.WriteAllText(path, "OUTPUT_DIR: café\n", Encoding.GetEncoding(encoding));

        Assert.Equal("café", YamlReader.MergeFile(new ExperimentConfig(), path).OutputDir);
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
    [InlineData("DISTILL:\n  VIEWS: 2147483647", "mine.yaml:2:10: DISTILL.VIEWS must be at most 10000, not 2147483647.")]
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

    [Theory]
    [InlineData("SEED: 1\nINPUT:\n  SIZE: [224, 224", "mine.yaml:3:9: not valid YAML: this bracket is never closed.")]
    [InlineData("INPUT:\n  SIZE: [224\nSEED: 1\n", "mine.yaml:2:9: not valid YAML: this bracket is never closed.")]
    [InlineData("INPUT: {SIZE: [224, 224]\n", "mine.yaml:1:8: not valid YAML: this bracket is never closed.")]
    [InlineData("SEED: [", "mine.yaml:1:7: not valid YAML: this bracket is never closed.")]
    [InlineData("SEED: \"1", "mine.yaml:1:7: not valid YAML: ")]
    [InlineData("SEED: @x", "mine.yaml:1:7: not valid YAML: ")]
    [InlineData("SEED: 1\n  USE_CUDA: True", "mine.yaml:2:11: not valid YAML: ")]
    [InlineData("OPTIM:\n\tLR: 1.0", "mine.yaml:")]
    [InlineData("SEED: *nobody", "mine.yaml:1:")]
    [InlineData("SEED: 1\nSEED: 2", "mine.yaml:2:1: not valid YAML: the key SEED stands in line 1 already. Keep one of the two.")]
    [InlineData(
        "OPTIM:\n  LR: 1\n  X: [1, {LR: 2}]\n  LR: 3",
        "mine.yaml:4:3: not valid YAML: the key LR stands in line 2 already. Keep one of the two.")]
    [InlineData(
        "OPTIM: {LR: 1, \"LR\": 2}", "mine.yaml:1:16: not valid YAML: the key LR stands in line 1 already. Keep one of the two.")]
    public void What_is_not_YAML_is_one_line_with_its_place(string yaml, string start)
    {
        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.Contains("not valid YAML: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("? |\n  two\n  lines\n: 1", "mine.yaml:1:3: unknown key \"two\\nlines\\n\". ")]
    [InlineData("INPUT:\n  ? |\n    two\n    lines\n  : 1", "mine.yaml:2:5: unknown key \"INPUT.two\\nlines\\n\". ")]
    public void A_key_of_several_lines_is_shown_on_one(string yaml, string start)
    {
        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Any_damage_to_a_file_is_one_line_or_harmless()
    {
        string yaml = new ExperimentConfig().ToYaml();
        Gen<string> damage = Gen.Char["[]{}:,-\"'\t\n&*!|>%@`#? \\a1"].Array[0, 3].Select(string.Concat);

        Gen.Select(Gen.Int[0, yaml.Length], Gen.Int[0, 40], damage).Sample(
            (start, length, inserted) =>
            {
                string damaged = yaml[..start] + inserted + yaml[Math.Min(yaml.Length, start + length)..];
                try
                {
                    Merge(damaged);
                }
                catch (PromptKDException error)
                {
                    Assert.DoesNotContain('\n', error.Message);
                }
            },
            iter: 2000);
    }

    [Fact]
    public void A_full_key_needs_no_section() => Assert.Equal(0.1, Merge("OPTIM.LR: 0.1").Optim.Lr);

    [Fact]
    public void A_list_that_contains_itself_is_refused()
    {
        var error = Assert.Throws<PromptKDException>(() => Merge("INPUT:\n  SIZE: &list [1, *list]"));

        Assert.StartsWith("mine.yaml:2:19: not valid YAML: the alias *list ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("&a [*a, *a]")]
    [InlineData("a: &a [x, x]\nb: &b [*a, *a]\nc: *c")]
    public void An_alias_stands_for_what_is_complete(string yaml)
    {
        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.Contains(" stands for nothing that is complete before it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_is_read_as_what_it_stands_for() =>
        Assert.Equal(0.25, Merge("OPTIM:\n  MOMENTUM: &rate 0.25\n  LR: *rate").Optim.Lr);

    [Fact]
    public void Aliases_that_grow_without_end_are_refused()
    {
        // Nine lists of nine aliases each stand for 9^9 texts: the "billion laughs".
        string yaml = "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 9).Select(number =>
            $"a{number}: &a{number} [{string.Join(", ", Enumerable.Repeat($"*a{number - 1}", 9))}]\n"));

        var error = Assert.Throws<PromptKDException>(() => Merge(yaml));

        Assert.Contains(": not settings: more than 100000 keys and values", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    [InlineData("- ", "")]
    [InlineData("? ", "")]
    public void Deep_nesting_is_one_line(string open, string close)
    {
        const int Deep = 20_000;
        string yaml = string.Concat(Enumerable.Repeat(open, Deep)) + "x" + string.Concat(Enumerable.Repeat(close, Deep));

        Assert.Throws<PromptKDException>(() => Merge(yaml));
    }

    [Theory]
    [InlineData("0b")]
    [InlineData("0x")]
    [InlineData("0_")]
    [InlineData("1")]
    [InlineData("1.")]
    public void A_long_value_that_is_almost_a_number_is_read_in_no_time(string start)
    {
        string value = start + new string('1', 400_000) + "z";

        Assert.Equal(value, Merge($"DATASET:\n  NAME: {value}").Dataset.Name);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "such.yaml");
            Assert.Equal(
                $"No configuration file at '{path}'.",
                Assert.Throws<PromptKDException>(() => new ExperimentConfig().MergeFile(path)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("trainer/CoOp/a.yaml", "trainer", " Did you mean trainers? There are also datasets.")]
    [InlineData("datasets/x/y/a.yaml", "x", "")]
    public void A_missing_folder_is_named_with_those_beside_it(string file, string missing, string suggestion)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "datasets"));
            Directory.CreateDirectory(Path.Combine(folder, "trainers", "CoOp"));
            string path = $"{folder}/{file}";
            string parent = Path.GetDirectoryName(path[..(path.IndexOf($"/{missing}/", StringComparison.Ordinal) + 1)])!;

            Assert.Equal(
                $"No configuration file at '{path}'. There is no folder '{missing}' in '{parent}'.{suggestion}",
                Assert.Throws<PromptKDException>(() => new ExperimentConfig().MergeFile(path)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_missing_file_suggests_those_beside_it()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Array.ForEach(
                ["dtd.yaml", "eurosat.yaml", "food101.yaml", "sun397.yaml", "ucf101.yaml", "a.yaml", "readme.md"],
                name => File.WriteAllText(Path.Combine(folder, name), ""));
            string path = Path.Combine(folder, "eurosta.yaml");

            Assert.Equal(
                $"No configuration file at '{path}'. Did you mean eurosat.yaml? There are also a.yaml, dtd.yaml, "
                + "food101.yaml, sun397.yaml and 1 more.",
                Assert.Throws<PromptKDException>(() => new ExperimentConfig().MergeFile(path)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ExperimentConfig Merge(string yaml) => new ExperimentConfig().MergeYaml(yaml, "mine.yaml");
}
