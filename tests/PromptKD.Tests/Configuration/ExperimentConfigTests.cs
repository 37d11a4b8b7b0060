using CsCheck;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Runtime;

namespace PromptKD.Tests.Configuration;

public sealed class ExperimentConfigTests
{
    private static readonly Gen<string> s_text = Gen
        .OneOf(
            Gen.Char[' ', '~'].Select(letter => $"{letter}"),
            OneOf(["\n", "\r", "\t", "\0", "\u007f", "\u00a0", "\u2028", "\ufeff", "é", "漢", "😀", "{}", "# "]))
        .Array[0, 8]
        .Select(string.Concat);

    /// <summary>Any configuration at all: every key, also those without effect, has a random value.</summary>
    private static readonly Gen<ExperimentConfig> s_config = ConfigTree.Keys
        .Aggregate(
            Gen.Const(Array.Empty<KeyValuePair<string, object>>()),
            (settings, key) => Gen.Select(
                settings,
                ValueOf(key),
                (before, value) => (KeyValuePair<string, object>[])[.. before, new(key.Name, value)]))
        .Select(settings => ConfigTree.Bind(new Dictionary<string, object>(settings)));

    [Fact]
    public void Yaml_of_any_configuration_reads_back_to_an_equal_one() =>
        s_config.Sample(
            config => new ExperimentConfig().MergeYaml(config.ToYaml(), "yaml") == config,
            iter: 200);

    [Fact]
    public void Equal_configurations_have_no_differences() =>
        s_config.Sample(config => ExperimentConfig.Differences(config, config with { }).Count == 0, iter: 50);

    [Fact]
    public void Later_merges_win_and_leave_other_keys_alone()
    {
        ExperimentConfig config = new ExperimentConfig()
            .MergeYaml("OPTIM: {LR: 0.1, MAX_EPOCH: 3}", "first.yaml")
            .MergeYaml("OPTIM: {LR: 0.2}", "second.yaml")
            .MergeOverrides(["SEED", "7"]);

        ExperimentConfig expected = new ExperimentConfig() with
        {
            Seed = 7,
            Optim = new OptimConfig { Lr = 0.2, MaxEpoch = 3 },
        };
        Assert.Equal(expected, config);
    }

    [Fact]
    public void Differences_name_the_key_and_both_values()
    {
        var first = new ExperimentConfig();
        ExperimentConfig second = first with
        {
            Input = first.Input with { Size = [32, 32] },
            Trainer = first.Trainer with { PromptKD = first.Trainer.PromptKD with { KdWeight = 200 } },
        };

        IReadOnlyList<ConfigDifference> differences = ExperimentConfig.Differences(first, second);

        Assert.Equal(
            ["INPUT.SIZE is [224, 224] and [32, 32]", "TRAINER.PROMPTKD.KD_WEIGHT is 1.0 and 200.0"],
            differences.Select(difference => difference.ToString()));
    }

    [Theory]
    [InlineData(ComputeDevice.Auto, 0, "auto")]
    [InlineData(ComputeDevice.Cpu, 0, "cpu")]
    [InlineData(ComputeDevice.Cuda, 0, "cuda:0")]
    [InlineData(ComputeDevice.Cuda, 3, "cuda:3")]
    public void A_device_from_code_is_what_a_file_says(ComputeDevice device, int index, string said) => Assert.Equal(
        new ExperimentConfig().MergeYaml($"DEVICE: {said}", "mine.yaml"),
        new ExperimentConfig().OnDevice(device, index));

    [Theory]
    [InlineData("PromptKD", ComputePrecision.Fp32, "TRAINER.PROMPTKD.PREC is \"fp16\" and \"fp32\"")]
    [InlineData("CoCoOp", ComputePrecision.Bf16, "TRAINER.COCOOP.PREC is \"fp16\" and \"bf16\"")]
    [InlineData("MaPLe", ComputePrecision.Auto, "TRAINER.MAPLE.PREC is \"fp16\" and \"auto\"")]
    [InlineData("PromptSRC", ComputePrecision.Fp16)]
    public void A_precision_from_code_is_that_of_the_chosen_method(
        string trainer, ComputePrecision precision, params string[] changed)
    {
        var config = new ExperimentConfig { Trainer = new TrainerConfig { Name = trainer } };

        IEnumerable<ConfigDifference> differences =
            ExperimentConfig.Differences(config, config.InPrecision(precision));

        Assert.Equal(changed, differences.Select(difference => difference.ToString()));
    }

    [Fact]
    public void A_device_or_precision_that_there_is_not_is_the_callers_mistake()
    {
        var config = new ExperimentConfig();
        ExperimentConfig zeroShot = config with { Trainer = new TrainerConfig { Name = "ZeroshotCLIP" } };

        Assert.Throws<ArgumentOutOfRangeException>(() => config.OnDevice(ComputeDevice.Cuda, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => config.OnDevice((ComputeDevice)9));
        Assert.Throws<InvalidOperationException>(() => config.InPrecision(ComputePrecision.Fp32));
        Assert.Throws<InvalidOperationException>(() => zeroShot.InPrecision(ComputePrecision.Fp32));
        Assert.Throws<ArgumentOutOfRangeException>(() => DistillPreset.Config.InPrecision((ComputePrecision)9));
    }

    [Fact]
    public void Keys_without_effect_are_those_that_nothing_reads_and_that_differ_from_their_default()
    {
        ExperimentConfig config = new ExperimentConfig().MergeYaml(
            "TRAINER: {PROMPTKD: {CE_WEIGHT: 0.5, PROJECT_LAYER: 2, KD_WEIGHT: 200}}", "mine.yaml");

        Assert.Equal(["TRAINER.PROMPTKD.CE_WEIGHT"], config.KeysWithoutEffect());
        Assert.Equal(0.5, config.Flatten()["TRAINER.PROMPTKD.CE_WEIGHT"]);
        Assert.Empty(config.MergeOverrides(["TRAINER.PROMPTKD.CE_WEIGHT", "0.0"]).KeysWithoutEffect());
    }

    [Fact]
    public void A_written_file_reads_back_to_an_equal_configuration()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "config.yaml");
        ExperimentConfig config = new ExperimentConfig().MergeOverrides(["OUTPUT_DIR", "runs/a b", "OPTIM.LR", "1e-7"]);

        config.WriteFile(path);

        Assert.Equal(config, new ExperimentConfig().MergeFile(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void Yaml_is_the_text_expected()
    {
        ExperimentConfig config = new ExperimentConfig().MergeOverrides(["OPTIM.LR", "1e-7", "INPUT.GB_K", "3"]);

        string yaml = config.ToYaml();

        Assert.StartsWith(
            """
            OUTPUT_DIR: "./output"
            RESUME: ""
            SEED: -1
            USE_CUDA: True
            DEVICE: "auto"
            ONNX_PROVIDER: "CPU"
            REFERENCE: False
            INPUT:
              SIZE: [224, 224]
              INTERPOLATION: "bilinear"
              TRANSFORMS: []
              PIXEL_MEAN: [0.485, 0.456, 0.406]
              PIXEL_STD: [0.229, 0.224, 0.225]
              RRCROP_SCALE: [0.08, 1.0]
              UPRIGHT: False
              SCALE_16BIT: False
              GB_K: 3
            DATASET:

            """,
            yaml,
            StringComparison.Ordinal);
        Assert.Contains("\n  LR: 1e-07\n", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("CE_WEIGHT", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Yaml_leaves_out_what_belongs_to_methods_that_do_not_run()
    {
        string yaml = new ExperimentConfig()
            .MergeOverrides(["TRAINER.NAME", "CoOp", "TRAINER.PROMPTKD.KD_WEIGHT", "200"])
            .ToYaml();

        int trainer = yaml.IndexOf("\nTRAINER:\n", StringComparison.Ordinal) + 1;
        string[] lines = yaml[trainer..yaml.IndexOf("\nDISTILL:\n", StringComparison.Ordinal)].Split('\n');
        Assert.Equal(
            [
                "TRAINER:", "  NAME: \"CoOp\"", "  MODAL: \"base2novel\"", "  COOP:", "    N_CTX: 16", "    CSC: False",
                "    CTX_INIT: \"\"", "    PREC: \"fp16\"", "    CLASS_TOKEN_POSITION: \"end\"", "  PROMPTKD:",
                "    KD_WEIGHT: 200.0",
            ],
            lines);
    }

    private static Gen<object> ValueOf(ConfigKey key)
    {
        double? minimum = key.Rules.OfType<AtLeastAttribute>().SingleOrDefault()?.Minimum;
        double maximum = key.Rules.OfType<AtMostAttribute>().SingleOrDefault()?.Maximum ?? 1e300;
        bool positive = key.Rules.Any(rule => rule is PositiveAttribute);
        Gen<int> whole = Gen.Int[minimum is null ? int.MinValue : (int)minimum, (int)Math.Min(maximum, int.MaxValue)];
        Gen<double> number = minimum is null && !positive ? Gen.Double : Gen.Double[positive ? 1e-300 : 0, maximum];
        Gen<string> word = key.Rules.OfType<OneOfAttribute>().SingleOrDefault() is { } rule
            ? OneOf(rule.Choices)
            : key.Rules.Any(one => one is DeviceNameAttribute) ? OneOf(["auto", "cpu", "cuda", "cuda:12"]) : s_text;
        return key.Default switch
        {
            bool => Gen.Bool.Select(value => (object)value),
            int => whole.Select(value => (object)value),
            double => number.Select(value => (object)value),
            string => word.Select(value => (object)value),
            ValueList<int> => whole.Array[0, 4].Select(items => (object)ValueList.Create<int>(items)),
            ValueList<double> => number.Array[0, 4].Select(items => (object)ValueList.Create<double>(items)),
            ValueList<string> when key.Rules.Any(one => one is TemplatesAttribute) =>
                word.Array[1, 4].Select(items => (object)(ValueList<string>)[.. items.Select(item => item + "{}")]),
            ValueList<string> => word.Array[0, 4].Select(items => (object)ValueList.Create<string>(items)),
            _ => throw new InvalidOperationException($"{key.Name} has a type of its own: {key.Type}."),
        };
    }

    private static Gen<string> OneOf(IReadOnlyList<string> words) =>
        Gen.Int[0, words.Count - 1].Select(index => words[index]);
}
