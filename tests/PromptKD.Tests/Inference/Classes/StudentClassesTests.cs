using PromptKD.Export;
using PromptKD.Inference;
using PromptKD.Inference.Classes;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Runs.Teach;

namespace PromptKD.Tests.Inference.Classes;

/// <summary>
/// A student of cat, dog and owl, whose classes are changed; the vectors that are right come from other runs.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class StudentClassesTests : IDisposable
{
    private readonly DistillingRuns _runs = new();
    private readonly string _package;

    public StudentClassesTests() => _package = DistillingRuns.Distil(_runs.Config()).StudentFolder;

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void A_class_that_is_added_has_the_vector_that_a_run_with_it_would_have_made()
    {
        string other = DistillingRuns.Distil(
            _runs.Config("other", "DISTILL.CLASSES", "['cat', 'dog', 'owl', 'cow']")).StudentFolder;

        StudentManifest manifest = Change(Edit with { Add = ["cow"], Teacher = _runs.Teacher });

        Assert.Equal(["cat", "dog", "owl", "cow"], manifest.ClassNames);
        Assert.Equal(Vectors(other), Vectors(Changed), (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.Equal([new ChangedClass("cow", "cow", IsTrained: false)], manifest.ClassChanges!.Changed);
        Assert.Contains(
            "**not trained for** cow", File.ReadAllText(Path.Combine(Changed, "README.md")), StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_package, "student.safetensors")),
            File.ReadAllBytes(Path.Combine(Changed, "student.safetensors")));
        using var classifier = StudentClassifier.Load(
            Changed, Computing.OnProcessor, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(4, classifier.Classify(_runs.Picture(0), top: 9, TestContext.Current.CancellationToken).Count);
    }

    [Fact]
    public void A_class_that_is_removed_takes_its_vector_along()
    {
        float[] before = Vectors(_package);

        StudentManifest manifest = Change(Edit with { Remove = ["dog"] });

        int width = before.Length / 3;
        Assert.Equal(["cat", "owl"], manifest.ClassNames);
        Assert.Equal([.. before[..width], .. before[(2 * width)..]], Vectors(Changed));
        Assert.Equal(["dog"], manifest.ClassChanges!.Removed);
    }

    [Fact]
    public void A_new_name_keeps_the_vector_without_a_teacher()
    {
        StudentManifest manifest = Change(Edit with { Rename = ("DOG", "hound") });

        Assert.Equal(["cat", "hound", "owl"], manifest.ClassNames);
        Assert.Equal(Vectors(_package), Vectors(Changed));
        Assert.Equal(
            [new ChangedClass("hound", "dog", IsTrained: true)],
            StudentClasses.List(Changed).Where(one => one.Name != one.Text));
    }

    [Fact]
    public void A_new_name_is_encoded_with_a_teacher()
    {
        string other = DistillingRuns.Distil(
            _runs.Config("other", "DISTILL.CLASSES", "['cat', 'hound', 'owl']")).StudentFolder;

        Change(Edit with { Rename = ("dog", "hound"), Teacher = _runs.Teacher });

        Assert.Equal(Vectors(other), Vectors(Changed), (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.Equal([true, false, true], StudentClasses.List(Changed).Select(one => one.IsTrained));
    }

    [Fact]
    public void A_prompt_tuned_teacher_makes_vectors_with_its_own_tokens()
    {
        using var teaching = new TeachingRuns(); // Its CLIP is the teacher of these runs, to the byte.
        string prompts = TeachingRuns.Teach(teaching.Config()).Checkpoint;
        string[] options = ["DISTILL.TEACHER_PROMPTS", prompts];
        string package = DistillingRuns.Distil(_runs.Config("prompted", options)).StudentFolder;
        string other = DistillingRuns.Distil(
            _runs.Config("other", [.. options, "DISTILL.CLASSES", "['cat', 'dog', 'owl', 'cow']"])).StudentFolder;
        ClassEdit edit = Edit with { Package = package, Add = ["cow"], Teacher = _runs.Teacher };

        Refuses("not the teacher prompts that the student learned from", edit);
        Refuses("not the teacher prompts that the student learned from", Edit with
        {
            Add = ["cow"],
            Teacher = _runs.Teacher,
            TeacherPrompts = prompts,
        });
        Change(edit with { TeacherPrompts = prompts });

        Assert.Equal(Vectors(other), Vectors(Changed), (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Fact]
    public void The_words_that_learned_tokens_started_from_are_those_of_the_run()
    {
        using var teaching = new TeachingRuns();
        string prompts = TeachingRuns.Teach(teaching.Config()).Checkpoint;
        string[] options = ["DISTILL.TEACHER_PROMPTS", prompts, "TRAINER.PROMPTKD.CTX_INIT", "photo of"];
        string package = DistillingRuns.Distil(_runs.Config("prompted", options)).StudentFolder;
        string other = DistillingRuns.Distil(
            _runs.Config("other", [.. options, "DISTILL.CLASSES", "['cat', 'dog', 'owl', 'cow']"])).StudentFolder;
        ClassEdit edit = Edit with
        {
            Package = package,
            Add = ["cow"],
            Teacher = _runs.Teacher,
            TeacherPrompts = prompts,
        };

        Refuses("Was another TRAINER.PROMPTKD.CTX_INIT used than 'a photo of a'? Give it as Context;", edit);
        Refuses(
            "a checkpoint of PromptSRC, whose class names stand at the end", edit with { ClassPosition = "middle" });
        Change(edit with { Context = "photo of" });

        Assert.Equal(Vectors(other), Vectors(Changed), (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    // A checkpoint of CoOp does not say where the class name stood.
    [Theory]
    [InlineData("middle", "end")]
    [InlineData("front", "middle")]
    public void The_class_name_stands_where_CoOp_had_it(string position, string another)
    {
        using var teaching = new TeachingRuns();
        string prompts = TeachingRuns.Teach(teaching.Config().MergeOverrides(
            ["TRAINER.NAME", "CoOp", "TRAINER.COOP.N_CTX", "4", "OPTIM.LR", "0.1"])).Checkpoint;
        string[] options =
            ["DISTILL.TEACHER_PROMPTS", prompts, "TRAINER.PROMPTKD.CTX_INIT", "", "TRAINER.COOP.CLASS_TOKEN_POSITION", position];
        string package = DistillingRuns.Distil(_runs.Config("prompted", options)).StudentFolder;
        string other = DistillingRuns.Distil(
            _runs.Config("other", [.. options, "DISTILL.CLASSES", "['cat', 'dog', 'owl', 'cow']"])).StudentFolder;
        ClassEdit edit = Edit with
        {
            Package = package,
            Add = ["cow"],
            Teacher = _runs.Teacher,
            TeacherPrompts = prompts,
            Context = "",
        };

        Refuses("elsewhere than at the end, as ClassPosition.", edit);
        Refuses("elsewhere than at the end, as ClassPosition.", edit with { ClassPosition = another });
        Refuses("ClassPosition is 'left', expected end, middle or front.", edit with { ClassPosition = "left" });
        Change(edit with { ClassPosition = position });

        Assert.Equal(Vectors(other), Vectors(Changed), (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Fact]
    public void What_is_undone_leaves_no_trace()
    {
        Change(Edit with { Remove = ["owl"], Output = null });
        Change(Edit with { Add = ["owl"], Teacher = _runs.Teacher, Output = null });
        Change(Edit with { Rename = ("cat", "feline"), Output = null });
        StudentManifest manifest = Change(Edit with { Rename = ("feline", "cat"), Output = null });

        Assert.Equal(["cat", "dog", "owl"], manifest.ClassNames);
        Assert.Null(manifest.ClassChanges);
    }

    [Fact]
    public void In_place_nothing_else_is_left_and_other_files_stay()
    {
        File.WriteAllText(Path.Combine(_package, "notes.txt"), "mine");
        string[] before = [.. Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_package)!).Order()];

        Change(Edit with { Remove = ["dog"], Output = null });

        Assert.Equal(before, Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_package)!).Order());
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_package, "notes.txt")));
        Assert.Equal(["cat", "owl"], StudentClasses.List(_package).Select(one => one.Name));
        Assert.Null(StudentPackage.FindFault(_package));
    }

    [Fact]
    public void The_page_of_the_run_says_what_the_student_was_not_trained_for()
    {
        string beside = Path.Combine(Path.GetDirectoryName(_package)!, "report.html");
        string along = Path.Combine(Changed, "report.html");
        string before = File.ReadAllText(beside);

        Change(Edit with { Add = ["cow"], Teacher = _runs.Teacher });

        Assert.Equal(before, File.ReadAllText(beside));
        Assert.Contains(
            "The student was not trained for cow: their vectors", File.ReadAllText(along), StringComparison.Ordinal);
        Change(Edit with { Package = Changed, Remove = ["cow"], Output = null });
        Assert.Equal(before, File.ReadAllText(along));
        Change(Edit with { Remove = ["owl"], Output = null });
        Assert.Contains(
            "Removed: owl. The numbers below were measured before.",
            File.ReadAllText(beside),
            StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_package, "report.html")));
    }

    [Fact]
    public void The_same_change_again_is_refused_and_makes_up_for_a_page_that_could_not_be_written()
    {
        string beside = Path.Combine(Path.GetDirectoryName(_package)!, "report.html");
        string before = File.ReadAllText(beside);
        Change(Edit with { Remove = ["owl"], Output = null });
        string after = File.ReadAllText(beside);
        File.WriteAllText(beside, before); // As a full disk or a kill between the two leaves it.

        Refuses("no class 'owl'", Edit with { Remove = ["owl"], Output = null });

        Assert.NotEqual(before, after);
        Assert.Equal(after, File.ReadAllText(beside));
    }

    [Fact]
    public void A_page_that_is_none_is_left_as_it_is()
    {
        string beside = Path.Combine(Path.GetDirectoryName(_package)!, "report.html");
        File.WriteAllText(beside, "mine");

        Change(Edit with { Remove = ["owl"], Output = null });

        Assert.Equal("mine", File.ReadAllText(beside));
    }

    [Fact]
    public void Refuses_what_cannot_be_meant_and_writes_nothing()
    {
        Refuses("no class 'dgo'. The nearest is 'dog'.", Edit with { Remove = ["dgo"] });
        Refuses("no class 'cow'", Edit with { Rename = ("cow", "dog") });
        Refuses("one class would be left", Edit with { Remove = ["dog", "owl"] });
        Refuses("is 'dog' again", Edit with { Rename = ("cat", "dog") });
        Refuses("which is 'dog' again", Edit with { Add = ["Dog"], Teacher = _runs.Teacher });
        Refuses("Give Teacher: the CLIP that the student learned from.", Edit with { Add = ["cow"] });
        Refuses("not the teacher that the student learned from", Edit with { Add = ["cow"], Teacher = _runs.Student });
        Refuses("Give Teacher, too.", Edit with { Rename = ("cat", "feline"), Vocabulary = TinyClip.Vocabulary });
        Refuses("is there already. Give a new folder.", Edit with { Remove = ["dog"], Output = _package });
        File.Delete(Path.Combine(_package, "class_vectors.safetensors"));
        Refuses("not a whole student package", Edit with { Remove = ["dog"] });
    }

    private ClassEdit Edit =>
        new() { Package = _package, Output = Changed, Vocabulary = null, Device = ComputeDevice.Cpu };

    private string Changed => _runs.Output("changed");

    private static float[] Vectors(string package)
    {
        using DisposeScope scope = NewDisposeScope();
        return SafetensorsFile.Read(Path.Combine(package, "class_vectors.safetensors"))["class_vectors"].data<float>().ToArray();
    }

    private static StudentManifest Change(ClassEdit edit) => StudentClasses.Change(
        edit with { Vocabulary = edit.Teacher is null ? edit.Vocabulary : TinyClip.Vocabulary },
        cancellationToken: TestContext.Current.CancellationToken);

    private void Refuses(string expected, ClassEdit edit)
    {
        var mistake = Assert.Throws<PromptKDException>(() => Change(edit));

        Assert.Contains(expected, mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mistake.Message);
        Assert.False(Directory.Exists(Changed));
    }
}
