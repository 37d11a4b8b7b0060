using System.Globalization;
using System.Text.RegularExpressions;
using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>
/// An <see cref="IPictureTeacher"/> as a run takes it: checked, and in the form of a CLIP without texts. One that gives
/// scores has the unit vectors as its class vectors: compared with these, scores stay what they are.
/// </summary>
internal sealed partial class OwnTeacher
{
    private const string Prefix = "own:";

    private readonly float[] _vectors;
    private readonly double _scale;

    /// <exception cref="ArgumentException">It says of itself what cannot be.</exception>
    public OwnTeacher(IPictureTeacher teacher)
    {
        Asked = teacher;
        Named = NameOf(teacher);
        GivesScores = teacher.ClassVectors is null;
        int classes = teacher.ClassNames.Count;
        Refuse(classes < 2, "has fewer than two classes");
        IReadOnlyList<float[]> vectors = teacher.ClassVectors ?? UnitVectors(classes);
        Refuse(vectors.Count != classes, $"has {vectors.Count} class vectors for {classes} classes");
        Width = vectors[0].Length;
        Refuse(
            Width == 0 || vectors.Any(one => one.Length != Width),
            "has class vectors of several widths, or empty ones");
        Refuse(
            vectors.Any(one => !one.All(float.IsFinite) || one.All(value => value == 0)),
            "has a class vector of zeros alone, or with values that are no numbers");
        _scale = GivesScores ? 1 : teacher.LogitScale;
        Refuse(!double.IsFinite(_scale) || _scale <= 0, "has a scale that is not above 0");
        _vectors = [.. vectors.SelectMany(one => one)];
        teacher.Preparation.Check(Named);
    }

    /// <summary>Who answers.</summary>
    public IPictureTeacher Asked { get; }

    /// <summary>What stands where a model's path would.</summary>
    public string Named { get; }

    /// <summary>Whether it gives scores; else features.</summary>
    public bool GivesScores { get; }

    /// <summary>Values of a picture.</summary>
    public int Width { get; }

    /// <summary>Tells it from another one, and from itself with other weights.</summary>
    public string Sha256 => FileDigest.OfText(string.Join('\n', Asked.Name, Asked.Version, Asked.Preparation));

    /// <summary>Digest of what its answers are compared with.</summary>
    public string VectorsSha256 => FileDigest.OfText(
        string.Join(' ', _vectors.Select(value => BitConverter.SingleToInt32Bits(value)))
        + _scale.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>What stands where a model's path would.</summary>
    /// <exception cref="ArgumentException">It has a name that cannot stand there.</exception>
    public static string NameOf(IPictureTeacher teacher) => PossibleName().IsMatch(teacher.Name)
        ? Prefix + teacher.Name
        : throw new ArgumentException(
            $"A teacher is called '{Printable.Line(teacher.Name)}', expected letters, digits, '-', '_' and '.'.",
            nameof(teacher));

    /// <summary>The settings with its name and its classes in them.</summary>
    /// <exception cref="PromptKDException">A setting says what the teacher says, too, and otherwise.</exception>
    /// <exception cref="ArgumentException">It has a name that cannot be one.</exception>
    public static ExperimentConfig NamedIn(ExperimentConfig config, IPictureTeacher teacher)
    {
        string name = NameOf(teacher);
        DistillConfig distill = config.Distill;
        (string Key, string Value)[] others =
        [
            ("DISTILL.TEACHER", distill.Teacher == name ? "" : distill.Teacher),
            ("DISTILL.TEACHER_PROMPTS", distill.TeacherPrompts),
            ("DISTILL.STORE", distill.Store),
            ("DISTILL.CLASS_VECTORS", distill.ClassVectors),
            ("DISTILL.TEACHER_PICTURE_SIZE", distill.TeacherPictureSize == 0 ? "" : $"{distill.TeacherPictureSize}"),
            ("DISTILL.FURTHER_TEACHERS", string.Join(", ", distill.FurtherTeachers)),
            ("DISTILL.FURTHER_STORES", string.Join(", ", distill.FurtherStores)),
        ];
        if (others.FirstOrDefault(one => one.Value.Length > 0) is { Key: { } key, Value: var value })
        {
            throw new PromptKDException($"{key} is '{value}', and the teacher is {name}. Leave one of them out.");
        }

        return distill.Classes.Count == 0 || distill.Classes.SequenceEqual(teacher.ClassNames)
            ? config with { Distill = distill with { Teacher = name, Classes = [.. teacher.ClassNames] } }
            : throw new PromptKDException(
                $"DISTILL.CLASSES are {Printable.Line(string.Join(", ", distill.Classes.Take(5)))}, and {name} has "
                + $"{Printable.Line(string.Join(", ", teacher.ClassNames.Take(5)))}, or another order. "
                + "Leave DISTILL.CLASSES out.");
    }

    /// <summary>The teacher in the form of a CLIP without texts.</summary>
    /// <param name="context">Where to compute, when to stop.</param>
    /// <param name="preparation">How its pictures are prepared.</param>
    public FrozenClip Open(RunContext context, Preprocessing preparation)
    {
        ClipArchitecture architecture = UnseenTower.Of(preparation.Size, preparation.Size, Width);
        return new FrozenClip(
            ClipCheckpoint.OfTower(architecture, Math.Log(_scale), Named), prompts: null, context.Target, preparation)
        {
            MakeOwn = () => new OwnTower(this, architecture, context.Target.Device, context.Stop),
            GivesScores = GivesScores,
        };
    }

    /// <summary>What its answers are compared with.</summary>
    /// <param name="device">Where.</param>
    public ClassVectors ReadClassVectors(Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor table = tensor(_vectors, [Asked.ClassNames.Count, Width]).clone().to(device);
        return new ClassVectors([.. Asked.ClassNames], nn.functional.normalize(table, dim: -1), _scale);
    }

    private static float[][] UnitVectors(int classes) =>
    [
        .. Enumerable.Range(0, classes).Select(one =>
        {
            var unit = new float[classes];
            unit[one] = 1;
            return unit;
        }),
    ];

    private void Refuse(bool isWrong, string what)
    {
        if (isWrong)
        {
            throw new ArgumentException($"{Named} {what}.");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$")]
    private static partial Regex PossibleName();
}
