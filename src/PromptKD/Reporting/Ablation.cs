using System.Globalization;
using PromptKD.Runtime;
using PromptKD.Text.Names;

namespace PromptKD.Reporting;

/// <summary>A table or figure of the paper that exchanges one part of PromptKD.</summary>
/// <param name="Name">As the program takes it.</param>
/// <param name="Source">Which table or figure.</param>
/// <param name="Title">What is exchanged.</param>
/// <param name="Rows">In the paper's order, the one of its other tables among them.</param>
public sealed record Ablation(string Name, string Source, string Title, IReadOnlyList<AblationRow> Rows)
{
    /// <summary>Pictures of each class of ImageNet in most of them.</summary>
    public const int UsualShots = 64;

    private const string Key = "TRAINER.PROMPTKD.";

    private const string UsualTeacher = "ViT-L/14";

    /// <summary>In the paper's order, the one of its other tables among them.</summary>
    public IReadOnlyList<AblationRow> Rows { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Rows);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Ablation> All { get; } =
    [
        new("loss", "Table 4", "what is compared", [new("L1", "LOSS=l1"), new("MSE", "LOSS=mse"), new("KL", "")]),
        new("parts", "Table 5", "parts of the student",
        [
            new("projector only", "N_CTX_VISION=0"), new("full fine-tuning", "N_CTX_VISION=0 TUNE_TOWER=True"),
            new("without shared text", "SHARED_TEXT=False"), new("PromptKD", ""),
        ]),
        new("teachers", "Table 6", "how the teacher was made",
        [
            new("CLIP", "TEACHER_PROMPTS=none"), .. new[] { "CoOp", "CoCoOp", "MaPLe", "IVLP" }.Select(method =>
                new AblationRow(method, $"TEACHER_PROMPTS={method}")
                {
                    Teacher = UsualTeacher,
                    TeacherMethod = method,
                }),
            new("PromptSRC", ""),
        ]),
        new("projector", "Table 12", "layers of the projector",
            [new("1", "PROJECT_LAYER=1"), new("2", ""), new("3", "PROJECT_LAYER=3")]) { IsCurve = true },
        new("students", "Table 13", "the student's CLIP",
        [
            new("ViT-B/32", "") { Backbone = "ViT-B/32" }, new("ViT-B/16", ""),
            new("RN50", "N_CTX_VISION=0") { Backbone = "RN50" },
        ]),
        new("epochs", "Table 14", "epochs", [new("20", ""), new("40", "MAX_EPOCH=40"), new("60", "MAX_EPOCH=60")])
        {
            IsCurve = true,
        },
        new("images", "Figure 4", "pictures a class", [.. new[] { 16, 32, 64, 128, 256, 0 }.Select(count =>
            new AblationRow(count == 0 ? "all" : $"{count}", "") { Shots = count })]) { IsCurve = true },
        new("teacher-size", "Figure 5", "the teacher's CLIP",
        [
            new("ViT-B/32", "TEACHER_NAME=ViT-B/32") { Teacher = "ViT-B/32" },
            new("ViT-B/16", "TEACHER_NAME=ViT-B/16") { Teacher = "ViT-B/16" }, new("ViT-L/14", ""),
        ]) { IsCurve = true },
        new("temperature", "Figure 6", "temperature",
        [
            .. new[] { "0.1", "0.5", "1", "2", "4" }
                .Select(value => new AblationRow(value, value == "1" ? "" : $"TEMPERATURE={value}")),
        ]) { IsCurve = true },
    ];

    /// <summary>Whether its rows lie on a line.</summary>
    public bool IsCurve { get; init; }

    /// <summary>The one of a name, or of a table or figure.</summary>
    /// <param name="name">As loss, or table4.</param>
    /// <exception cref="PromptKDException">There is none; the message names the nearest.</exception>
    public static Ablation Find(string name) =>
        All.FirstOrDefault(one => one.Name == name
            || one.Source.Replace(" ", "", StringComparison.Ordinal).Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new PromptKDException(
            $"No ablation '{name}'. Did you mean {NearestName.To(name, [.. All.Select(one => one.Name)])}? There are "
            + $"{string.Join(", ", All.Select(one => $"{one.Name} ({one.Source})"))}.");

    /// <summary>Whether a method learns a teacher's prompts for some of the rows first.</summary>
    internal bool Teaches => Rows.Any(row => row.Teacher is not null);

    private bool VariesBackbone => Rows.Select(row => row.Backbone).Distinct().Count() > 1;

    private bool VariesShots => Rows.Select(row => row.Shots).Distinct().Count() > 1;

    /// <summary>Which row runs belong to; −1 for none.</summary>
    /// <param name="variant">What of them is not as in the paper's tables.</param>
    /// <param name="backbone">The student's CLIP.</param>
    /// <param name="shots">Pictures of each class, 0 for all.</param>
    internal int PlaceOf(string variant, string backbone, int shots)
    {
        string own = string.Join(' ', Parts(variant).Where(IsVaried));
        return Rows.ToList().FindIndex(row => row.Variant == own
            && (!VariesBackbone || row.Backbone == backbone)
            && (!VariesShots || row.Shots == shots));
    }

    /// <summary>
    /// What of runs is not as in the paper's ablations, and not what this one exchanges; empty for nothing.
    /// </summary>
    /// <param name="variant">As for <see cref="PlaceOf"/>.</param>
    /// <param name="backbone">As there.</param>
    /// <param name="shots">As there.</param>
    internal string CommonOf(string variant, string backbone, int shots) => string.Join(", ",
    [
        .. VariesBackbone || backbone == PaperNumbers.UsualBackbone ? Array.Empty<string>() : [backbone],
        .. VariesShots || shots == UsualShots ? Array.Empty<string>()
            : [shots == 0 ? "all pictures" : string.Create(CultureInfo.InvariantCulture, $"{shots} pictures a class")],
        .. Parts(variant).Where(part => !IsVaried(part)),
    ]);

    /// <summary>The keys of a variant as KEY VALUE pairs.</summary>
    internal static IEnumerable<string> SettingsOf(string variant) =>
        from part in Parts(variant)
        let pair = part.Split('=')
        let section = pair[0] switch { "MAX_EPOCH" => "OPTIM.", "TEACHER_PROMPTS" => "DISTILL.", _ => Key }
        from word in new[] { section + pair[0], pair[1] }
        select word;

    private static string[] Parts(string variant) => variant.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private bool IsVaried(string part) =>
        Rows.Any(row => Parts(row.Variant).Any(own => own.Split('=')[0] == part.Split('=')[0]));
}

/// <summary>A row of an ablation.</summary>
/// <param name="Name">What is in the place of the part.</param>
/// <param name="Variant">What differs, as LOSS=l1; empty: nothing but what follows.</param>
public sealed record AblationRow(string Name, string Variant)
{
    /// <summary>The student's CLIP.</summary>
    public string Backbone { get; init; } = PaperNumbers.UsualBackbone;

    /// <summary>Pictures of each class, 0 for all.</summary>
    public int Shots { get; init; } = Ablation.UsualShots;

    /// <summary>The CLIP on which a teacher is made for this row first; null: the one that is found.</summary>
    public string? Teacher { get; init; }

    /// <summary>Its KEY VALUE pairs.</summary>
    internal string[] Settings =>
    [
        "DATASET.NUM_SHOTS", Shots.ToString(CultureInfo.InvariantCulture),
        .. Backbone == PaperNumbers.UsualBackbone ? Array.Empty<string>() : ["MODEL.BACKBONE.NAME", Backbone],
        .. Ablation.SettingsOf(Variant),
    ];

    /// <summary>The method that makes it.</summary>
    public string TeacherMethod { get; init; } = "PromptSRC";
}
