using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Export;
using PromptKD.Features.Store;
using PromptKD.Golden;
using PromptKD.Inference;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Teachers;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Inputs of a distillation that are odd, and what becomes of them.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class DistillingInputsTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void A_dangling_link_is_named_before_training_and_in_the_report()
    {
        string link = MakeDanglingLink();
        var listener = new Listener();

        DistillationReport report = DistillingRuns.Distil(_runs.Config(), listener);

        Assert.Single(listener.WarningsBeforeTraining, warning => warning.Contains(link, StringComparison.Ordinal));
        Assert.Single(listener.Warnings, warning => warning.Contains(link, StringComparison.Ordinal));
        Assert.Equal(link, Assert.Single(report.Skipped).Path);
        Assert.Equal(2, report.Epochs.Count);
    }

    [Fact]
    public void A_dangling_link_is_refused_where_every_picture_must_be_readable()
    {
        string link = MakeDanglingLink();
        var listener = new Listener();

        string message = Assert.Throws<PromptKDException>(() =>
            DistillingRuns.Distil(_runs.Config(options: ["DISTILL.STRICT", "True"]), listener)).Message;

        Assert.Equal($"{link}: no such file. Repair or remove the file.", message);
        Assert.DoesNotContain(
            listener.Phases, phase => phase.StartsWith("Reading the teacher", StringComparison.Ordinal));
    }

    [Fact]
    public void A_picture_to_measure_on_that_lies_in_two_classes_is_named_before_training()
    {
        string measured = Path.Combine(_runs.Folder, "measured");
        foreach ((string name, int picture) in new[] { ("cat", 3), ("dog", 3), ("owl", 4) })
        {
            string folder = Directory.CreateDirectory(Path.Combine(measured, name)).FullName;
            File.Copy(_runs.Picture(picture), Path.Combine(folder, "a.png"));
        }

        var listener = new Listener();

        DistillingRuns.Distil(_runs.Config(options: ["DISTILL.VAL", measured]), listener);

        Assert.Single(listener.WarningsBeforeTraining, warning => warning.StartsWith(
            "1 picture has the bytes of one of another class", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BATCH_NORM", "moving", "has no batch normalisation that learns and whose statistics can move")]
    [InlineData("TUNE_LAYERS", "99", "The last 99 layers are to learn, but")]
    public void What_a_tower_cannot_learn_is_refused_before_anything_is_stored(string key, string value, string message)
    {
        var listener = new Listener();

        string refusal = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(
            _runs.Config(options: ["DISTILL.VIEWS", "1", "TRAINER.PROMPTKD.TUNE_TOWER", "True", $"TRAINER.PROMPTKD.{key}", value]),
            listener)).Message;

        Assert.Contains(message, refusal, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_runs.Output("run"), "teacher-store")));
        Assert.DoesNotContain(listener.Phases, phase => phase.StartsWith("Hashing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_students_folder_says_how_its_pictures_are_prepared_and_a_key_wins()
    {
        string plain = HuggingFaceStudent("plain", null);
        string own = HuggingFaceStudent(
            "own",
            """
            {"image_processor_type": "SiglipImageProcessor", "image_mean": [0.5, 0.5, 0.5],
             "image_std": [0.5, 0.5, 0.5], "size": {"height": 32, "width": 32}, "resample": 2}
            """);

        DistillingRuns.Distil(_runs.Config("plain run", "DISTILL.STUDENT", plain));
        DistillationReport report = DistillingRuns.Distil(_runs.Config("own run", "DISTILL.STUDENT", own));
        DistillationReport other = DistillingRuns.Distil(_runs.Config(
            "other run", "DISTILL.STUDENT", own, "INPUT.PIXEL_MEAN", "[0.25, 0.5, 0.75]"));

        var expected = new Preprocessing
        {
            Size = 32,
            Interpolation = Interpolation.Bilinear,
            ResizeMode = ResizeMode.Squash,
            CutsDown = true, // As transformers does, where something is cut.
            Upright = true,
            Scale16Bit = true,
            Mean = new Rgb(0.5f, 0.5f, 0.5f),
            Std = new Rgb(0.5f, 0.5f, 0.5f),
        };
        Assert.Equal(expected, StudentPackage.ReadManifest(report.StudentFolder).Preprocessing);
        Assert.Equal(
            expected with { Mean = new Rgb(0.25f, 0.5f, 0.75f) },
            StudentPackage.ReadManifest(other.StudentFolder).Preprocessing);
        Assert.NotEqual(_runs.StudentBytes("plain run"), _runs.StudentBytes("own run"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    public void Teacher_and_student_may_see_pictures_of_different_sizes(string views)
    {
        string student = StudentOf40Pixels();

        DistillationReport report = DistillingRuns.Distil(
            _runs.Config(options: ["DISTILL.STUDENT", student, "DISTILL.VIEWS", views]));

        using var classifier = StudentClassifier.Load(
            report.StudentFolder, Computing.AsTrained, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(40, classifier.Manifest.Preprocessing.Size);
        Assert.Equal(1, classifier.Classify(_runs.Picture(0), top: 3, TestContext.Current.CancellationToken).Sum(one => one.Probability), 1e-5);
    }

    [Fact]
    public void A_store_of_pictures_that_were_prepared_otherwise_is_refused()
    {
        string store = _runs.Output("store");
        ExperimentConfig config = _runs.Config(options: ["DISTILL.STORE", store, "DISTILL.VIEWS", "1"]);
        TeacherStoring.Fill(config, StorePart.Whole, cancellationToken: TestContext.Current.CancellationToken);

        string message = Assert.Throws<PromptKDException>(() =>
            DistillingRuns.Distil(config.MergeOverrides(["INPUT.PIXEL_MEAN", "[0.25, 0.5, 0.75]"]))).Message;

        Assert.Contains("another 'preprocessing'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_holds_frozen_weights_as_they_are()
    {
        using DisposeScope scope = NewDisposeScope();

        DistillationReport report = DistillingRuns.Distil(_runs.Config());

        // Random numbers of float32: none of these tensors fits into float16.
        const string Name = "conv1.weight";
        Dictionary<string, Tensor> written =
            SafetensorsFile.Read(Path.Combine(report.StudentFolder, "student.safetensors"));
        TensorAssert.SameBytes(
            SafetensorsFile.Read(_runs.Student)[$"visual.{Name}"], written[$"image_encoder.{Name}"]);
    }

    private string MakeDanglingLink()
    {
        string link = _runs.Picture(3);
        File.Delete(link);
        File.CreateSymbolicLink(link, Path.Combine(_runs.Folder, "nowhere.png"));
        return link;
    }

    [Theory]
    [InlineData("image_std", "[0.5, 0, 0.5]", "the standard deviation of the colours is 0.5, 0, 0.5; expected")]
    [InlineData("image_std", "[0.5, -0.5, 0.5]", "the standard deviation of the colours is 0.5, -0.5, 0.5; expected")]
    public void Colours_that_cannot_be_divided_are_refused(string key, string value, string expected)
    {
        string student = HuggingFaceStudent("student", $"{{\"size\": 32, \"crop_size\": 32, \"{key}\": {value}}}");

        string message = Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(_runs.Config("run", "DISTILL.STUDENT", student))).Message;

        Assert.Contains($"preprocessor_config.json: {expected}", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    // 32 pixels a side.
    private string HuggingFaceStudent(string name, string? preprocessing)
    {
        string folder = Directory.CreateDirectory(_runs.Output(name)).FullName;
        string golden = Path.Combine(ProjectFolder.Golden, "14-formats", "huggingface-safetensors");
        foreach (string file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(golden, file), Path.Combine(folder, file));
        }

        if (preprocessing is not null)
        {
            File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), preprocessing);
        }

        return folder;
    }

    private string StudentOf40Pixels()
    {
        string path = Path.Combine(_runs.Folder, "student of 40.safetensors");
        TinyClip.Write(path, TinyClip.Architecture with { ImageSize = 40 }, seed: 2000);
        return path;
    }
}
