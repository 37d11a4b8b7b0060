using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Inference.Embeddings;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd embed</c>: image features as files, and the two-dimensional maps of them.</summary>
internal static class EmbedCommand
{
    private static readonly EmbeddingRequest s_defaults = new() { Output = "" };

    private static readonly Option<string> s_images = Text(
        "--images", "DIR",
        "Folder of pictures or shards; class folders where every picture lies in one, else without labels [default: "
        + "none; this or --dataset is required]");

    private static readonly Option<string> s_dataset = Text(
        "--dataset", "NAME", "A data set of the paper, by any of its names [default: none]");

    private static readonly Option<string> s_root = Text(
        "--root", "DIR", "With --dataset: the folder that holds the data sets [default: none]");

    private static readonly Option<string> s_split = Text(
        "--split", "NAME", "With --dataset: train, val or test [default: test]");

    private static readonly Option<string> s_student = Text(
        "--student", "DIR", "A student package: the student/ folder of a run [default: none]");

    private static readonly Option<string> s_teacher = Text(
        "--teacher", "PATH",
        "A teacher: a CLIP as a file, a folder, or a name such as openai:ViT-L/14 [default: none]");

    private static readonly Option<string> s_prompts = CommonOptions.TeacherPrompts();


    private static readonly Option<int> s_size = CommonOptions.PictureSize("teacher");

    private static readonly Option<string> s_clip = Text(
        "--clip", "PATH", "Any other CLIP, as --teacher; at least one of the three models is required [default: none]");

    private static readonly Option<string> s_output = new("--output")
    {
        Description = "New folder for the features (.npy), the tables (.csv) and the maps (.png, .svg) [required]",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<bool> s_noMap = new("--no-map")
    {
        Description = "Write features and their table, draw nothing [default: off]",
    };

    private static readonly Option<int?> s_mapPictures = new("--map-pictures")
    {
        Description = $"Pictures of a map at most; of more a draw is shown [default: {s_defaults.MapPictures}]",
        HelpName = "N",
    };

    private static readonly Option<double?> s_perplexity = new("--perplexity")
    {
        Description = "Effective number of neighbours on the t-SNE map [default: 30, or a third of the pictures]",
        HelpName = "P",
    };

    private static readonly Option<int?> s_seed = new("--seed")
    {
        Description = $"Of the pictures that are shown, and of where t-SNE begins [default: {s_defaults.Seed}]",
        HelpName = "N",
    };

    private static readonly SettingToggle s_upright = new(
        "--upright",
        "--no-upright",
        "INPUT.UPRIGHT",
        "Turn pictures as their EXIF orientation says",
        "Take pictures as they are stored",
        Default: "as the student was trained; without one on for a folder, off for a data set");

    private static readonly Option<string> s_device = StudentOptions.Device();
    private static readonly Option<string> s_provider = StudentOptions.OnnxProvider();

    private static readonly Option<string> s_precision = Text(
        "--precision", "NAME", "auto, fp32, bf16 or fp16 (GPUs only) [default: auto]");

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command("embed", "Write image features, and draw maps of them.")
        {
            s_images, s_dataset, s_root, s_split, s_student, s_teacher, s_prompts, s_size, s_clip, s_output, s_noMap,
            s_mapPictures, s_perplexity, s_seed, s_device, s_precision, s_provider,
        };
        foreach (Option option in s_upright.Options)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            EmbeddingRequest request = Request(parsed);
            Outputs.Outlive();
            EmbeddingSummary summary = EmbeddingRun.Of(request, new RunDisplay(), cancellation);
            Tell(request, summary);
            return Task.FromResult(0);
        });
        return command;
    }

    private static EmbeddingRequest Request(ParseResult parsed)
    {
        bool draws = !parsed.GetValue(s_noMap);
        (ComputeDevice device, int index) = StudentOptions.ReadDevice(parsed.GetValue(s_device));
        Option? idle = new Option[] { s_mapPictures, s_perplexity, s_seed }
            .FirstOrDefault(option => parsed.GetResult(option) is not null);
        return !draws && idle is not null
            ? throw new PromptKDException($"{idle.Name} is of maps, and --no-map draws none. Leave one of them out.")
            : new EmbeddingRequest
            {
                Images = parsed.GetValue(s_images) ?? "",
                Dataset = parsed.GetValue(s_dataset) ?? "",
                Root = parsed.GetValue(s_root) ?? "",
                Split = parsed.GetValue(s_split) ?? "",
                Student = parsed.GetValue(s_student) ?? "",
                Teacher = parsed.GetValue(s_teacher) ?? "",
                TeacherPrompts = parsed.GetValue(s_prompts) ?? "",
                TeacherPictureSize = parsed.GetValue(s_size),
                Clip = parsed.GetValue(s_clip) ?? "",
                Output = parsed.GetValue(s_output)!,
                DrawsMaps = draws,
                MapPictures = parsed.GetValue(s_mapPictures) ?? s_defaults.MapPictures,
                Perplexity = parsed.GetValue(s_perplexity),
                Seed = parsed.GetValue(s_seed) ?? s_defaults.Seed,
                Upright = s_upright.Read(parsed),
                Device = device,
                DeviceIndex = index,
                Precision = StudentOptions.ReadPrecision(parsed.GetValue(s_precision)) ?? s_defaults.Precision,
                OnnxProvider = parsed.GetValue(s_provider) ?? s_defaults.OnnxProvider,
            };
    }

    private static void Tell(EmbeddingRequest request, EmbeddingSummary summary)
    {
        string models = string.Join(
            ", ", summary.Models.Select(model => $"{model.Key} {summary.Pictures} × {model.Value}"));
        string classes = summary.Classes == 0
            ? "without labels"
            : $"of {summary.Classes} class{(summary.Classes == 1 ? "" : "es")}";
        Answers.Sentence($"{summary.Pictures} picture{(summary.Pictures == 1 ? "" : "s")} {classes}: {models}");
        foreach (string file in summary.Files)
        {
            Answers.Line(Path.Combine(request.Output, file));
        }
    }

    private static Option<string> Text(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };
}
