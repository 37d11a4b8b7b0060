using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Export;
using PromptKD.Inference.Classes;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd classes</c>: the classes of a student package, and other ones without training.</summary>
internal static class ClassesCommand
{
    private static readonly Option<string> s_model = StudentOptions.Package();
    private static readonly Option<bool> s_json = StudentOptions.Json();

    private static readonly Option<string> s_output = new("--output")
    {
        Description = "Folder of the changed package, which is new [default: none; give this or --in-place]",
        HelpName = "DIR",
    };

    private static readonly Option<bool> s_inPlace = new("--in-place")
    {
        Description = "Put the changed package in the place of the old one [default: off]",
    };

    private static readonly Option<string> s_teacher = new("--teacher")
    {
        Description = "The CLIP that the student learned from (of several the first): its text tower makes the "
            + "vectors. rename without it keeps the vector of the old name [default: none]",
        HelpName = "PATH",
    };

    private static readonly Option<string> s_prompts = CommonOptions.TeacherPrompts();


    private static readonly Option<string> s_context = CommonOptions.Context();
    private static readonly Option<string> s_position = CommonOptions.ClassPosition();


    private static readonly Option<string> s_vocabulary = CommonOptions.Vocabulary();


    private static readonly Option<string> s_device = StudentOptions.Device();
    private static readonly Option<string> s_provider = StudentOptions.OnnxProvider();

    private static readonly Option[] s_writing = [s_model, s_output, s_inPlace];
    private static readonly Option[] s_encoding =
    [
        s_teacher, s_prompts, s_context, s_position, s_vocabulary, s_device, s_provider,
    ];


    private static readonly Argument<string[]> s_names = new("NAME")
    {
        Description = "Class names.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Argument<string> s_old = new("OLD") { Description = "The name of a class." };
    private static readonly Argument<string> s_new = new("NEW") { Description = "Its new name." };

    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new(
        "classes", "The classes of a student, without training: list, add, rename, remove.")
    {
        CreateList(),
        CreateChange(
            "add",
            "Add classes.",
            s_encoding,
            [s_names],
            (parsed, edit) => edit with { Add = parsed.GetValue(s_names)! }),
        CreateChange(
            "rename",
            "Give a class another name.",
            s_encoding,
            [s_old, s_new],
            (parsed, edit) => edit with { Rename = (parsed.GetValue(s_old)!, parsed.GetValue(s_new)!) }),
        CreateChange(
            "remove",
            "Remove classes.",
            [],
            [s_names],
            (parsed, edit) => edit with { Remove = parsed.GetValue(s_names)! }),
    };

    private static Command CreateList()
    {
        var command = new Command("list", "Name the classes, in label order.") { s_model, s_json };
        command.SetAction(parsed =>
        {
            IReadOnlyList<ChangedClass> classes = StudentClasses.List(parsed.GetValue(s_model)!);
            if (parsed.GetValue(s_json))
            {
                foreach (ChangedClass one in classes)
                {
                    Answers.Json(one, AnswerJson.Lines.ChangedClass);
                }

                return;
            }

            TextTable.Print(
                ["class", "vector of", "trained for"],
                classes.Select(one => new[] { one.Name, one.Text, one.IsTrained ? "yes" : "no" }));
        });
        return command;
    }

    private static Command CreateChange(
        string name,
        string description,
        Option[] options,
        Argument[] arguments,
        Func<ParseResult, ClassEdit, ClassEdit> complete)
    {
        var command = new Command(name, description);
        foreach (Argument argument in arguments)
        {
            command.Arguments.Add(argument);
        }

        foreach (Option option in s_writing.Concat(options))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            ClassEdit edit = complete(parsed, Edit(parsed, options.Length > 0));
            StudentManifest manifest = StudentClasses.Change(edit, new RunDisplay(), cancellation);
            Tell(edit, manifest);
            return Task.FromResult(0);
        });
        return command;
    }

    private static ClassEdit Edit(ParseResult parsed, bool encodes)
    {
        string? output = parsed.GetValue(s_output);
        if (parsed.GetValue(s_inPlace) == (output is not null))
        {
            throw new PromptKDException(output is null
                ? "Give --output, a new folder for the changed package, or --in-place."
                : "--output and --in-place are both given. Leave one of them out.");
        }

        if (encodes)
        {
            CommonOptions.RefuseIdle(parsed, s_teacher, s_encoding);
            CommonOptions.RefuseIdle(parsed, s_prompts, s_context, s_position);
        }

        var edit = new ClassEdit { Package = parsed.GetValue(s_model)!, Output = output };
        (ComputeDevice device, int index) = StudentOptions.ReadDevice(parsed.GetValue(s_device));
        return !encodes ? edit : edit with
        {
            Teacher = parsed.GetValue(s_teacher),
            TeacherPrompts = parsed.GetValue(s_prompts),
            Context = parsed.GetValue(s_context) ?? edit.Context,
            ClassPosition = parsed.GetValue(s_position),
            Vocabulary = parsed.GetValue(s_vocabulary),
            Device = device,
            DeviceIndex = index,
            OnnxProvider = parsed.GetValue(s_provider) ?? edit.OnnxProvider,
        };
    }

    private static void Tell(ClassEdit edit, StudentManifest manifest)
    {
        Messages.Note($"Wrote {edit.Output ?? edit.Package}: {manifest.ClassNames.Count} classes");
        IReadOnlyList<ChangedClass> changed = manifest.ClassChanges?.Changed ?? [];
        string[] untrained = [.. changed.Where(one => !one.IsTrained).Select(one => one.Name)];
        if (untrained.Length > 0)
        {
            Messages.Note(
                $"Not trained for: {string.Join(", ", untrained)}. The student compares pictures with their vectors "
                + "as with the others, but has never learned to; measure it with evaluate, or distil it anew with "
                + "the new list.");
        }
    }
}
