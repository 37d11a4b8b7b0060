using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration.Presets;
using PromptKD.Inference.Profiles;
using PromptKD.Runtime;
using PromptKD.Text.Names;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd profile</c>: parameters, operations, speed and memory of a model.</summary>
internal static class ProfileCommand
{
    private const string UsualBatches = "1,32";

    private static readonly Option<string> s_model = Text(
        "--model",
        "DIR",
        "A student package: the student/ folder of a run [default: none; this or --clip is required]");

    private static readonly Option<string> s_clip = Text(
        "--clip",
        "PATH",
        "A CLIP: a file, a folder, or a name such as openai:ViT-B/16, for which nothing is fetched [default: none]");

    private static readonly Option<string> s_checkpoint = Text(
        "--checkpoint", OptionRules.AFile, "With --clip: what a method learned on it [default: none]");

    private static readonly Option<string> s_method = Text(
        "--method",
        "NAME",
        $"With --clip: a method that learns on it, {string.Join(", ", ProfileRun.Methods)} [default: none]");

    private static readonly Option<bool> s_methods = new("--methods")
    {
        Description = "With --clip: all methods beside Table 7 of the paper; only counted unless --batch is given "
            + "[default: off]",
    };

    private static readonly Option<string> s_teacher = Text(
        "--teacher",
        "PATH",
        "Of the method PromptKD: the CLIP into whose space its projector leads, as --clip [default: openai:ViT-L/14]");

    private static readonly Option<string> s_classes = Text(
        "--classes",
        "N|FILE|LIST",
        $"How many classes there are, or their names [default: {ProfileRequest.UsualClasses}, with which the counts "
        + "of Table 7 come out; a package has its own]");

    private static readonly Option<string> s_batch = Text(
        "--batch", "N,N,…", $"Pictures at a time, each of which is measured [default: {UsualBatches}]");

    private static readonly Option<bool> s_noSpeed = new("--no-speed")
    {
        Description = "Count parameters and operations, measure nothing [default: off]",
    };

    private static readonly Option<string> s_device = StudentOptions.Device();

    private static readonly Option<string> s_precision = Text(
        "--precision", "NAME", "Of the frozen weights: auto, fp32, bf16 or fp16 (GPUs only) [default: auto]");

    private static readonly Option<int?> s_threads = new("--threads")
    {
        Description = "Threads of the processor that compute "
            + "[default: all cores, for towers of 256 channels or fewer 1]",
        HelpName = "N",
    };

    private static readonly Option<bool> s_json = new("--json")
    {
        Description = "One JSON object, of --methods one a line [default: off]",
    };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        Argument<string[]> overrides = SettingOptions.Overrides();
        var command = new Command("profile", "Say what a model costs: parameters, operations, speed, memory.")
        {
            s_model, s_clip, s_checkpoint, s_method, s_methods, s_teacher, s_classes, s_batch, s_noSpeed, s_device,
            s_precision, s_threads, s_json, overrides,
        };
        command.SetAction((parsed, cancellation) =>
        {
            ProfileRequest request = Request(parsed, parsed.GetValue(overrides) ?? []);
            bool json = parsed.GetValue(s_json);
            if (parsed.GetValue(s_methods))
            {
                ProfileTables.PrintMethods(ProfileRun.OfMethods(request, new RunDisplay(), cancellation), json);
            }
            else
            {
                ProfileTables.Print(ProfileRun.Of(request, new RunDisplay(), cancellation), json);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static ProfileRequest Request(ParseResult parsed, string[] overrides)
    {
        var request = new ProfileRequest
        {
            Model = parsed.GetValue(s_model) ?? "",
            Clip = parsed.GetValue(s_clip) ?? "",
            Checkpoint = parsed.GetValue(s_checkpoint) ?? "",
            Method = parsed.GetValue(s_method) ?? "",
            Teacher = parsed.GetValue(s_teacher) ?? "",
            Settings = ProfilePreset.Config.MergeOverrides(overrides),
            Classes = parsed.GetValue(s_classes) is { } classes ? CountClasses(classes) : null,
            Batches = Batches(parsed),
            Threads = parsed.GetValue(s_threads),
        };
        if (request.Batches.Count == 0)
        {
            Option? idle = new Option[] { s_batch, s_device, s_precision, s_threads }
                .FirstOrDefault(option => parsed.GetResult(option) is not null);
            return idle is null ? request : throw new PromptKDException(
                $"{idle.Name} is of measuring, and nothing is measured. Leave it out, or "
                + (parsed.GetValue(s_noSpeed) ? "--no-speed." : $"give --batch {UsualBatches}."));
        }

        (ComputeDevice device, int index) = StudentOptions.ReadDevice(parsed.GetValue(s_device));
        return request with
        {
            Device = device,
            DeviceIndex = index,
            Precision = StudentOptions.ReadPrecision(parsed.GetValue(s_precision)) ?? request.Precision,
        };
    }

    private static int CountClasses(string given) =>
        int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count)
            ? count
            : ClassList.Read(given, Messages.Warning).Count;

    private static int[] Batches(ParseResult parsed)
    {
        string? given = parsed.GetValue(s_batch);
        if (parsed.GetValue(s_noSpeed) || (given is null && parsed.GetValue(s_methods)))
        {
            return [];
        }

        given ??= UsualBatches;
        return
        [
            .. given.Split(',').Select(text =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int batch)
                    ? batch
                    : throw new PromptKDException(
                        $"--batch is '{given}', expected whole numbers such as {UsualBatches}.")),
        ];
    }

    private static Option<string> Text(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };
}
