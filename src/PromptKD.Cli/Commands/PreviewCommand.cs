using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Inference.Previews;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd preview</c>: what a teacher thinks of pictures, before a student learns from it.</summary>
internal static class PreviewCommand
{
    private static readonly Option<string> s_teacher = new("--teacher")
    {
        Description = "The CLIP to try: a .pt, .safetensors or .bin file, a Hugging Face or open_clip folder, or a "
            + "name such as openai:ViT-L/14, which is fetched once [required]",
        HelpName = "PATH",
        Required = true,
    };

    private static readonly Option<string> s_classes = CommonOptions.Classes("required", required: true);


    private static readonly Option<string> s_images = new("--images")
    {
        Description = "Folder of unlabelled pictures or of .tar and .parquet shards, searched with its subfolders; or "
            + "one shard [required]",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string[]> s_templates = CommonOptions.Templates("; two or more are compared");


    private static readonly Option<int> s_sample = new("--sample")
    {
        Description = "Pictures to look at, evenly spaced among all; 0 for all of them",
        HelpName = "N",
        DefaultValueFactory = _ => 240,
    };

    private static readonly Option<string> s_student = new("--student")
    {
        Description = "The CLIP that is going to learn, as --teacher: time and memory of the run are estimated "
            + "[default: none]",
        HelpName = "PATH",
    };

    private static readonly Option<int> s_teacherSize = CommonOptions.PictureSize("teacher");
    private static readonly Option<int> s_studentSize = CommonOptions.PictureSize("student");

    private static readonly Option<string> s_recipe = new("--recipe")
    {
        Description = "The recipe of that run: fast, best or paper [default: best]",
        HelpName = "NAME",
    };

    private static readonly Option<string> s_output = new("--output")
    {
        Description = "Folder for sheet.png, 48 of the pictures with their classes, and preview.json [default: none]",
        HelpName = "DIR",
    };

    private static readonly Option<string> s_prompts = CommonOptions.TeacherPrompts();
    private static readonly Option<string> s_context = CommonOptions.Context();
    private static readonly Option<string> s_position = CommonOptions.ClassPosition();
    private static readonly Option<string> s_vocabulary = CommonOptions.Vocabulary();
    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON object [default: off]" };
    private static readonly Option<string> s_device = StudentOptions.Device();
    private static readonly Option<string> s_provider = StudentOptions.OnnxProvider();

    private static readonly Option<string> s_precision = new("--precision")
    {
        Description = "auto (bf16 where it is fast, else fp32), fp32, bf16 or fp16 (GPUs only) [default: auto]",
        HelpName = "NAME",
    };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command("preview", "See what a teacher thinks of pictures, before a student learns from it.")
        {
            s_teacher, s_classes, s_images, s_templates, s_sample, s_student, s_recipe, s_output, s_prompts, s_context,
            s_position, s_vocabulary, s_json, s_device, s_precision, s_provider,
            s_teacherSize, s_studentSize,
        };
        foreach (Option option in SettingOptions.Upright.Options)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            PreviewRequest request = Request(parsed);
            PreviewReport? looked = null;
            try
            {
                TeacherPreview.Of(request, new RunDisplay(), report => looked = report, cancellation);
            }
            finally
            {
                // A file that cannot be written, or a reader of the tables that has gone, takes no other with it.
                if (looked is not null)
                {
                    Print(looked, parsed.GetValue(s_json));
                }
            }

            if (request.Output is { } output)
            {
                Messages.Note($"Wrote {Path.Combine(output, "sheet.png")} and {Path.Combine(output, "preview.json")}");
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static void Print(PreviewReport report, bool isJson)
    {
        if (isJson)
        {
            Answers.Json(TeacherPreview.ToJson(report));
        }
        else
        {
            PreviewTables.Print(report);
        }
    }

    private static PreviewRequest Request(ParseResult parsed)
    {
        CommonOptions.RefuseIdle(parsed, s_prompts, s_context, s_position);
        var request = new PreviewRequest
        {
            Teacher = parsed.GetValue(s_teacher)!,
            ClassNames = CommonOptions.ReadClasses(parsed, s_classes)!,
            Images = parsed.GetValue(s_images)!,
        };
        (ComputeDevice device, int index) = StudentOptions.ReadDevice(parsed.GetValue(s_device));
        return request with
        {
            Templates = parsed.GetValue(s_templates) ?? [],
            Sample = parsed.GetValue(s_sample),
            Student = parsed.GetValue(s_student),
            TeacherPictureSize = parsed.GetValue(s_teacherSize),
            StudentPictureSize = parsed.GetValue(s_studentSize),
            Recipe = parsed.GetValue(s_recipe),
            Output = parsed.GetValue(s_output),
            TeacherPrompts = parsed.GetValue(s_prompts),
            Context = parsed.GetValue(s_context) ?? request.Context,
            ClassPosition = parsed.GetValue(s_position),
            Vocabulary = parsed.GetValue(s_vocabulary),
            Device = device,
            DeviceIndex = index,
            Precision = StudentOptions.ReadPrecision(parsed.GetValue(s_precision)) ?? request.Precision,
            OnnxProvider = parsed.GetValue(s_provider) ?? request.OnnxProvider,
            Upright = SettingOptions.Upright.Read(parsed) ?? request.Upright,
        };
    }
}
