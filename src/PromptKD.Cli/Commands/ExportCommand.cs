using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Export;
using PromptKD.Inference.Exports;
using PromptKD.Runtime;
using PromptKD.Text.Names;

namespace PromptKD.Cli.Commands;

/// <summary>
/// <c>promptkd export</c>: a student package of a checkpoint that somebody has published, or ONNX files of a package or
/// of a CLIP.
/// </summary>
internal static class ExportCommand
{
    private static readonly Option<string> s_checkpoint = new("--checkpoint")
    {
        Description = "What PromptKD, CoOp, MaPLe, IVLP or PromptSRC learned, as their programs or train save it, "
            + "such as model-best.pth.tar [default: none; this, --model or --clip is required]",
        HelpName = OptionRules.AFile,
    };

    private static readonly Option<string> s_student = new("--student")
    {
        Description = "The CLIP that it was learned on: a file, a Hugging Face or open_clip folder, or a name such as "
            + "openai:ViT-B/16, which is fetched once [with --checkpoint required]",
        HelpName = "PATH",
    };

    private static readonly Option<string> s_classes = CommonOptions.Classes("with --checkpoint required");


    private static readonly Option<string> s_output = new("--output")
    {
        Description = "What is written, and new: the folder of the package; with --model the ONNX file; with --clip a "
            + "folder of them [required]",
        HelpName = OptionRules.AFileOrFolder,
        Required = true,
    };

    private static readonly Option<string> s_teacher = new("--teacher")
    {
        Description = "Of a PromptKD student: the CLIP that it learned from, whose text tower makes the class vectors "
            + "[default: none]",
        HelpName = "PATH",
    };

    private static readonly Option<string> s_prompts = CommonOptions.TeacherPrompts();


    private static readonly Option<string[]> s_templates =
        CommonOptions.Templates(", for a teacher without learned prompts; repeatable");


    private static readonly Option<string> s_context = CommonOptions.Context("a photo of a; for CoOp none");


    private static readonly Option<string> s_position = CommonOptions.ClassPosition();

    private static readonly Option<bool> s_otherClasses = new("--other-classes")
    {
        Description = "Take class names that the checkpoint was not learned with [default: off]",
    };

    private static readonly Option<bool> s_half = new("--half-prompts")
    {
        Description = "Round PromptKD's learned tokens through float16 where they enter, as the reference does "
            + "[default: off]",
    };

    private static readonly Option<string> s_vocabulary = CommonOptions.Vocabulary();

    private static readonly Option<bool> s_upright = new("--upright")
    {
        Description = "Turn pictures as their EXIF orientation says "
            + "[default: as they are stored, as the reference does]",
    };

    private static readonly Option<bool> s_scale = new("--scale-16bit")
    {
        Description = "Scale 16-bit grey pictures to 8 bits [default: clipped at 255, as the reference does]",
    };

    private static readonly Option<string> s_device = StudentOptions.Device();

    private static readonly Option<string> s_precision = new("--precision")
    {
        Description = "Of the frozen weights: auto (bf16 where it is fast, else fp32), fp32, bf16 or fp16 (GPUs only) "
            + "[default: fp32]",
        HelpName = "NAME",
    };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var ofCheckpoint = new ExportKind(
            s_checkpoint,
            "to make a student package of",
            [
                s_student, s_classes, s_teacher, s_prompts, s_templates, s_context, s_position, s_otherClasses, s_half,
                s_vocabulary, s_upright, s_scale, s_device, s_precision,
            ]);
        ExportKind ofPackage = OnnxExportOptions.OfPackage;
        ExportKind ofClip = OnnxExportOptions.OfClip with
        {
            Options = [.. OnnxExportOptions.OfClip.Options, s_vocabulary],
        };
        ExportKind[] kinds = [ofPackage, ofClip, ofCheckpoint];
        var command = new Command(
            "export", "Make a student package of a checkpoint, or ONNX files of a package or a CLIP.");
        foreach (Option option in ExportKind.AllOf([ofCheckpoint, ofPackage, ofClip]).Append(s_output))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            string output = parsed.GetValue(s_output)!;
            ExportKind kind = ExportKind.Of(parsed, kinds);
            if (kind == ofPackage)
            {
                OnnxExportOptions.Export(parsed, output, cancellation);
                return Task.FromResult(0);
            }

            if (kind == ofClip)
            {
                OnnxExportOptions.ExportClip(parsed, output, parsed.GetValue(s_vocabulary), cancellation);
                return Task.FromResult(0);
            }

            StudentManifest manifest = CheckpointExport.Write(Request(parsed), new RunDisplay(), cancellation);
            Messages.Note(
                $"Wrote {output}: {manifest.Checkpoint?.Method}, {manifest.ClassNames.Count} classes");
            return Task.FromResult(0);
        });
        return command;
    }

    private static ExportRequest Request(ParseResult parsed)
    {
        var request = new ExportRequest
        {
            Checkpoint = Required(parsed, s_checkpoint),
            Student = Required(parsed, s_student),
            ClassNames = ClassList.Read(Required(parsed, s_classes), Messages.Warning),
            Output = parsed.GetValue(s_output)!,
        };
        (ComputeDevice device, int index) = StudentOptions.ReadDevice(parsed.GetValue(s_device));
        return request with
        {
            Teacher = parsed.GetValue(s_teacher),
            TeacherPrompts = parsed.GetValue(s_prompts),
            Templates = parsed.GetValue(s_templates) ?? [],
            Context = parsed.GetValue(s_context),
            ClassPosition = parsed.GetValue(s_position),
            OtherClasses = parsed.GetValue(s_otherClasses),
            HalfPrompts = parsed.GetValue(s_half),
            Upright = parsed.GetValue(s_upright),
            Scale16Bit = parsed.GetValue(s_scale),
            Vocabulary = parsed.GetValue(s_vocabulary),
            Device = device,
            DeviceIndex = index,
            Precision = StudentOptions.ReadPrecision(parsed.GetValue(s_precision)) ?? request.Precision,
        };
    }

    private static string Required(ParseResult parsed, Option<string> option) => parsed.GetValue(option)
        ?? throw new PromptKDException($"{option.Name} is required with --checkpoint. promptkd export --help says "
            + "what it is.");
}
