using PromptKD.Runtime;

namespace PromptKD.Configuration;

/// <summary>
/// Every setting of an experiment, in Dassl's own structure: the section and the name of a property
/// are the parts of its key (<c>config.Optim.WeightDecay</c> is <c>OPTIM.WEIGHT_DECAY</c>). A new one holds
/// Dassl's defaults; files and overrides are merged into it in the order in which they should win, last wins.
/// </summary>
/// <remarks>Keys and defaults: Dassl, and what the <c>train.py</c> of its programs adds to it.</remarks>
public sealed record ExperimentConfig
{
    /// <summary>Folder that receives the log and the checkpoints.</summary>
    public string OutputDir { get; init; } = "./output";

    /// <summary>Folder of an earlier run to continue from; empty to start anew.</summary>
    public string Resume { get; init; } = "";

    /// <summary>Starts every random generator; negative draws a seed, which the run records.</summary>
    public int Seed { get; init; } = -1;

    /// <summary>False keeps the run on the processor where <see cref="Device"/> is auto.</summary>
    public bool UseCuda { get; init; } = true;

    /// <summary>
    /// Where the models run: auto (a GPU if there is one), cpu, cuda, or cuda:N; <see cref="OnDevice"/> sets it from
    /// code.
    /// </summary>
    [OwnKey, DeviceName]
    public string Device { get; init; } = "auto";

    /// <summary>
    /// What computes models that are ONNX files, by ONNX Runtime's name of it: CPU, CUDA, TensorRT, CoreML, DML,
    /// OpenVINO, XNNPACK. Which of them are there is up to the ONNX Runtime of the program.
    /// </summary>
    [OwnKey]
    public string OnnxProvider { get; init; } = "CPU";

    /// <summary>
    /// Whether <c>train</c> behaves as Dassl's programs do wherever that changes what comes out: it chooses the
    /// epoch on test images (TEST.SELECT reference), rounds PromptKD's prompts through float16 (HALF_PROMPTS True),
    /// and goes on from the checkpoint written last, even if it is the best model of an older epoch.
    /// </summary>
    [OwnKey]
    public bool Reference { get; init; }

    /// <summary>Image size, transforms and normalisation.</summary>
    public InputConfig Input { get; init; } = new();

    /// <summary>Which images, and which of their classes.</summary>
    public DatasetConfig Dataset { get; init; } = new();

    /// <summary>How images are read and batched.</summary>
    [Spelled("DATALOADER")]
    public DataLoaderConfig DataLoader { get; init; } = new();

    /// <summary>The CLIP model to be prompted; PromptKD's student.</summary>
    public ModelConfig Model { get; init; } = new();

    /// <summary>Optimizer and learning-rate schedule.</summary>
    public OptimConfig Optim { get; init; } = new();

    /// <summary>Checkpoints and log lines of the training loop.</summary>
    public TrainConfig Train { get; init; } = new();

    /// <summary>Evaluation, and which epoch's model is kept.</summary>
    public TestConfig Test { get; init; } = new();

    /// <summary>The method, and the settings of each.</summary>
    public TrainerConfig Trainer { get; init; } = new();

    /// <summary>What is distilled from what.</summary>
    public DistillConfig Distill { get; init; } = new();

    /// <summary>Keys of Dassl's that nothing here reads, where they are set to other than their default.</summary>
    internal ValueList<IgnoredSetting> Ignored { get; init; } = [];

    /// <summary>This configuration with its models on a device (DEVICE).</summary>
    /// <param name="device">Where libtorch computes; USE_CUDA False keeps Auto on the processor.</param>
    /// <param name="index">Which of several GPUs, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device, or the index is negative.</exception>
    public ExperimentConfig OnDevice(ComputeDevice device, int index = 0) =>
        this with { Device = ComputeNames.Of(device, index) };

    /// <summary>
    /// This configuration with its frozen models in a precision: the key <c>PREC</c> of the method that TRAINER.NAME
    /// names.
    /// </summary>
    /// <param name="precision">Of what is not learned; what is learned is float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <exception cref="InvalidOperationException">TRAINER.NAME names no method, or one without this key.</exception>
    public ExperimentConfig InPrecision(ComputePrecision precision)
    {
        string key = $"TRAINER.{Trainer.Name.ToUpperInvariant()}.PREC";
        return ConfigTree.Find(key) is null
            ? throw new InvalidOperationException($"TRAINER.NAME is '{Trainer.Name}', which has no key PREC.")
            : MergeOverrides([key, ComputeNames.Of(precision)]);
    }

    /// <summary>This configuration, changed by a YAML file. An empty file changes nothing.</summary>
    /// <param name="path">The file; messages name it as it is given here.</param>
    /// <exception cref="PromptKDException">
    /// No such file, not YAML, an unknown key, or a value of the wrong type or outside its range.
    /// </exception>
    public ExperimentConfig MergeFile(string path) => YamlReader.MergeFile(this, path);

    /// <summary>This configuration, changed by YAML text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What messages call the text, in place of a file name.</param>
    /// <exception cref="PromptKDException">As <see cref="MergeFile"/>.</exception>
    public ExperimentConfig MergeYaml(string yaml, string source) => YamlReader.Merge(this, yaml, source);

    /// <summary>This configuration, changed by a list KEY VALUE KEY VALUE …, as the command line gives it.</summary>
    /// <param name="keysAndValues">Full keys, each followed by a Python literal or by plain text.</param>
    /// <exception cref="PromptKDException">
    /// A key without a value, an unknown key, or a value of the wrong type or outside its range.
    /// </exception>
    public ExperimentConfig MergeOverrides(IReadOnlyList<string> keysAndValues) =>
        OverrideReader.Merge(this, keysAndValues);

    /// <summary>Every key with its value: bool, int, double, string, or a <see cref="ValueList{T}"/>.</summary>
    /// <returns>In the order of the sections; keys that have no effect come last.</returns>
    public IReadOnlyDictionary<string, object> Flatten() => ConfigTree.Flatten(this);

    /// <summary>
    /// The keys that are set to other than their default although nothing reads them, such as
    /// <c>TRAINER.PROMPTKD.CE_WEIGHT</c>: whoever set them expects an effect that they do not have.
    /// </summary>
    public IReadOnlyList<string> KeysWithoutEffect() => [.. Ignored.Select(setting => setting.Key)];

    /// <summary>The keys in which two configurations differ, with both values.</summary>
    public static IReadOnlyList<ConfigDifference> Differences(ExperimentConfig first, ExperimentConfig second)
    {
        IReadOnlyDictionary<string, object> others = second.Flatten();
        return
        [
            .. first.Flatten()
                .Where(setting => !setting.Value.Equals(others[setting.Key]))
                .Select(setting => new ConfigDifference(setting.Key, setting.Value, others[setting.Key])),
        ];
    }

    /// <summary>The whole configuration as YAML, which merged into a new one gives this one again.</summary>
    public string ToYaml() => YamlWriter.Write(this);

    /// <summary>Writes <see cref="ToYaml"/> to a file, whole or not at all.</summary>
    /// <exception cref="PromptKDException">The disk is full or the folder is not writable.</exception>
    public void WriteFile(string path) => WholeFile.WriteText(path, ToYaml());
}
