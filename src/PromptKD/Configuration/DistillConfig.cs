using PromptKD.Runtime.Remote;

namespace PromptKD.Configuration;

/// <summary>
/// What is distilled from what: the keys <c>DISTILL.*</c>. They are ours; Dassl's programs find their files in
/// places that their code fixes.
/// </summary>
public sealed record DistillConfig
{
    /// <summary>
    /// The recipe that a run's settings began with: its keys stand below all other settings. In a program it says no
    /// more than that: <see cref="Presets.Recipe"/> has the settings.
    /// </summary>
    [OwnKey, OneOf("fast", "best", "paper")]
    public string Recipe { get; init; } = "paper";

    /// <summary>Folder of unlabelled pictures or shards, searched with its subfolders; or one shard.</summary>
    [OwnKey]
    public string Images { get; init => field = RemoteAddress.WithoutQuery(value); } = "";

    /// <summary>Class folders or labelled shards to tune a teacher with; distilling reads no labels.</summary>
    [OwnKey]
    public string Labelled { get; init => field = RemoteAddress.WithoutQuery(value); } = "";

    /// <summary>Class names, in label order.</summary>
    [OwnKey]
    public ValueList<string> Classes { get; init; } = [];

    /// <summary>
    /// The teacher: a CLIP checkpoint, folder, ONNX files as <c>onnx:DIR</c>, or name as <c>openai:ViT-L/14</c>.
    /// </summary>
    [OwnKey]
    public string Teacher { get; init; } = "";

    /// <summary>
    /// A checkpoint of the teacher's learned prompts, as Dassl's programs save it; empty for plain CLIP.
    /// </summary>
    [OwnKey]
    public string TeacherPrompts { get; init; } = "";

    /// <summary>
    /// Side of the pictures that the teacher looks at, in pixels; 0 for the size that it was made for. A transformer's
    /// table of positions is resampled as the program resamples it that the format of its files is of.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(8192)]
    public int TeacherPictureSize { get; init; }

    /// <summary>
    /// A file of class vectors, in the place of those of the teacher's text tower: <c>.safetensors</c> or <c>.npy</c>,
    /// one row a class; empty for the text tower's.
    /// </summary>
    [OwnKey]
    public string ClassVectors { get; init; } = "";

    /// <summary>
    /// Teachers beside <see cref="Teacher"/>, whose class probabilities are combined with its own; empty for one
    /// teacher. The text '' stands for one that its store does without.
    /// </summary>
    [OwnKey]
    public ValueList<string> FurtherTeachers { get; init; } = [];

    /// <summary>
    /// Learned prompts of each of <see cref="FurtherTeachers"/>, '' for plain CLIP; empty if none has any.
    /// </summary>
    [OwnKey]
    public ValueList<string> FurtherTeacherPrompts { get; init; } = [];

    /// <summary>
    /// Sides of the pictures of each of <see cref="FurtherTeachers"/>, 0 for the size that it was made for; empty if
    /// all have that.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(8192)]
    public ValueList<int> FurtherTeacherPictureSizes { get; init; } = [];

    /// <summary>
    /// Files of class vectors of each of <see cref="FurtherTeachers"/>, '' for the text tower's; empty if none has one.
    /// </summary>
    [OwnKey]
    public ValueList<string> FurtherClassVectors { get; init; } = [];

    /// <summary>
    /// Weights of all teachers' class probabilities, in order; they are divided by their sum. Empty weighs all alike.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public ValueList<double> TeacherWeights { get; init; } = [];

    /// <summary>
    /// How several teachers are weighed: by <see cref="TeacherWeights"/> (fixed), or each picture anew, in proportion
    /// to the probability that each teacher gives to its own best class (confidence).
    /// </summary>
    [OwnKey, OneOf("fixed", "confidence")]
    public string TeacherWeighting { get; init; } = "fixed";

    /// <summary>The student: a CLIP checkpoint, folder, or name as <c>openai:ViT-B/16</c>.</summary>
    [OwnKey]
    public string Student { get; init; } = "";

    /// <summary>As <see cref="TeacherPictureSize"/>, of the student.</summary>
    [OwnKey, AtLeast(0), AtMost(8192)]
    public int StudentPictureSize { get; init; }

    /// <summary>
    /// A store of teacher features to train from, as <c>features</c> makes it; empty: none, or the one that
    /// <see cref="Views"/> asks for.
    /// </summary>
    [OwnKey]
    public string Store { get; init; } = "";

    /// <summary>
    /// Stores of each of <see cref="FurtherTeachers"/>, '' for a live teacher; empty if none is stored.
    /// </summary>
    [OwnKey]
    public ValueList<string> FurtherStores { get; init; } = [];

    /// <summary>
    /// Whether the stores may be filled by others while they are read: training waits for what its next pictures need,
    /// and learns what it learns from a complete store.
    /// </summary>
    [OwnKey]
    public bool WhileFilling { get; init; }

    /// <summary>
    /// Minutes after which a store that <see cref="WhileFilling"/> waits for is given up, if nothing was written to it.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(100_000)]
    public double FillingMinutes { get; init; } = 60;

    /// <summary>
    /// Shards of a store among which the first epoch mixes its pictures, group behind group in the order in which they
    /// are made, so that it can follow those who fill the store; 0 mixes all pictures, as in every later epoch.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(1_000_000)]
    public int FirstEpochShards { get; init; }

    /// <summary>
    /// Views of each picture (crop and flip) for which the teacher's features are stored and used again by later
    /// epochs; 0 asks the teacher live, at every step, as the paper does.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(10_000)]
    public int Views { get; init; }

    /// <summary>
    /// Whether <c>features</c> stores what the teacher's image tower gives in 8-bit whole numbers, computed by ONNX
    /// Runtime.
    /// </summary>
    [OwnKey]
    public bool EightBit { get; init; }

    /// <summary>A start on stored features, before pictures are trained on.</summary>
    public StartConfig Start { get; init; } = new();

    /// <summary>
    /// Decay of an average of what is learned over its steps, below 1: the average is what is measured and saved, and
    /// what a start hands on. 0 takes what was learned last, as the paper does.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(0.999999)]
    public double Average { get; init; }

    /// <summary>What the student is asked for.</summary>
    public TargetConfig Target { get; init; } = new();

    /// <summary>
    /// Share of <see cref="Images"/> that is never trained on, 0–0.5: teacher and student are compared on it after each
    /// epoch. 0 holds nothing out, and so does a folder of which it would be fewer than 20 pictures.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(0.5)]
    public double Holdout { get; init; } = 0.1;

    /// <summary>
    /// Class folders or labelled shards that are measured after each epoch and never trained on; empty for none.
    /// </summary>
    [OwnKey]
    public string Val { get; init => field = RemoteAddress.WithoutQuery(value); } = "";

    /// <summary>
    /// How many of the first classes are "base" when accuracies are reported and a teacher is tuned; 0 for no split.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public int Base { get; init; }

    /// <summary>
    /// CLIP's byte-pair vocabulary; empty to look beside the teacher, in the cache folder, or fetch it.
    /// </summary>
    [OwnKey]
    public string Vocab { get; init; } = "";

    /// <summary>Whether a picture that cannot be read is an error; else it is skipped and named.</summary>
    [OwnKey]
    public bool Strict { get; init; }

    /// <summary>Whether large JPEG files are decoded at a reduced scale: faster, not bit for bit the same.</summary>
    [OwnKey]
    public bool FastJpeg { get; init; }
}
