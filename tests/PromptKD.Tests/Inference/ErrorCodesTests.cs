using System.Text.Json;
using Google.Protobuf;
using Onnx;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Export;
using PromptKD.Export.Onnx;
using PromptKD.Inference;
using PromptKD.Inference.Embeddings;
using PromptKD.Inference.Exports;
using PromptKD.Inference.Profiles;
using PromptKD.Runtime;
using PromptKD.Tests.Data;
using PromptKD.Tests.Export.Onnx;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference;

/// <summary>What kind of mistake a program is told of, at each way in.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ErrorCodesTests : IDisposable
{
    private static readonly string[] s_names = ["cat", "dog"];
    private static readonly string[] s_nowhere = ["/nowhere/a.png"];

    private readonly DistillingRuns _runs = new();
    private readonly string _package;
    private readonly string _graph;
    private readonly string _empty;

    public ErrorCodesTests()
    {
        _package = Path.Combine(_runs.Folder, "package");
        _graph = Path.Combine(_runs.Folder, "student.onnx");
        _empty = Path.Combine(_runs.Folder, "empty.onnx");
        new TinyPackage().Write(_package);
        OnnxExport.Write(new OnnxExportRequest { Model = _package, Output = _graph }, cancellationToken: Stop);
        File.WriteAllBytes(_empty, []);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Nowhere => Path.Combine(_runs.Folder, "nowhere");

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void What_is_not_there_is_a_missing_file()
    {
        Is(PromptKDError.MissingFile, () => StudentClassifier.Load(Nowhere));
        Is(PromptKDError.MissingFile, () => OnnxStudentClassifier.Load(Nowhere));
        Is(PromptKDError.MissingFile, () => ZeroShotClassifier.Load(Nowhere, s_names, cancellationToken: Stop));
        Is(PromptKDError.MissingFile, () =>
            ZeroShotClassifier.Load("onnx:" + Nowhere, s_names, cancellationToken: Stop));
        Is(PromptKDError.MissingFile, () => TextEmbedder.Load(Nowhere, cancellationToken: Stop));
        Is(PromptKDError.MissingFile, () => OnnxExport.Write(
            new OnnxExportRequest { Model = Nowhere, Output = _graph + "2.onnx" }, cancellationToken: Stop));
        Is(PromptKDError.MissingFile, () => DistillingRuns.Distil(_runs.Config("a", "DISTILL.IMAGES", Nowhere)));
        Is(PromptKDError.MissingFile, () => DistillingRuns.Distil(_runs.Config("b", "DISTILL.TEACHER", Nowhere)));
        Is(PromptKDError.MissingFile, () => DistillingRuns.Distil(_runs.Config("c", "DISTILL.STUDENT", Nowhere)));
        using var student = StudentClassifier.Load(_package, Computing.AsTrained, cancellationToken: Stop);
        using var onnx = OnnxStudentClassifier.Load(_graph, cancellationToken: Stop);
        foreach (FolderClassifier one in new FolderClassifier[] { student, onnx })
        {
            Is(PromptKDError.MissingFile, () => one.Classify(Nowhere, cancellationToken: Stop));
            Is(PromptKDError.MissingFile, () => one.Embed(PictureInput.FromFile(Nowhere), Stop));
            Is(PromptKDError.MissingFile, () => Assert.Empty(one.ClassifyAll(s_nowhere, cancellationToken: Stop)));
            Is(PromptKDError.MissingFile, () => one.Evaluate(Nowhere, cancellationToken: Stop));
        }
    }

    [Fact]
    public void What_is_no_model_is_bad_input()
    {
        Is(PromptKDError.BadInput, () => ZeroShotClassifier.Load(_empty, s_names, cancellationToken: Stop));
        Is(PromptKDError.BadInput, () => OnnxStudentClassifier.Load(_empty));
        File.WriteAllBytes(_empty, File.ReadAllBytes(_graph)[..4000]);
        Is(PromptKDError.BadInput, () => OnnxStudentClassifier.Load(_empty));
        Is(PromptKDError.BadInput, () => StudentClassifier.Load(_runs.Images + "/0.png"));
    }

    [Fact]
    public void An_ONNX_file_where_a_package_is_needed_is_named_as_one()
    {
        string expected =
            $"{_graph}: a file, not a student package. Give the 'student' folder that distill wrote, from which it was "
            + "exported.";
        Action[] all =
        [
            () => StudentClassifier.Load(_graph),
            () => ProfileRun.Of(new ProfileRequest { Model = _graph }, cancellationToken: Stop),
            () => EmbeddingRun.Of(
                new EmbeddingRequest { Student = _graph, Images = _runs.Images, Output = _graph + ".npy" },
                cancellationToken: Stop),
        ];
        Assert.All(all, call => Assert.Equal(expected, Is(PromptKDError.BadInput, call).Message));
    }

    [Fact]
    public void What_is_no_picture_is_a_bad_picture_and_the_classifier_works_on()
    {
        using var student = StudentClassifier.Load(_package, Computing.AsTrained, cancellationToken: Stop);
        using var onnx = OnnxStudentClassifier.Load(_graph, cancellationToken: Stop);
        byte[] good = File.ReadAllBytes(_runs.Picture(0));
        foreach (PictureClassifier one in new PictureClassifier[] { student, onnx })
        {
            foreach (byte[] bad in new byte[][] { [], [1, 2, 3], good[..40], TestPictures.Claiming(20_000, 10_000) })
            {
                Is(PromptKDError.BadPicture, () => one.Classify(PictureInput.FromBytes(bad), cancellationToken: Stop));
                Is(PromptKDError.BadPicture, () => one.Embed(PictureInput.FromStream(new MemoryStream(bad)), Stop));
            }

            Assert.Single(one.Classify(PictureInput.FromBytes(good), cancellationToken: Stop));
        }
    }

    [Fact]
    public void A_class_list_that_is_not_the_models_is_bad_input()
    {
        string manifest = Path.Combine(_package, "model.json");
        StudentManifest known = StudentPackage.ReadManifest(_package);
        foreach (int count in new[] { 2, 4 })
        {
            string[] other = [.. Enumerable.Range(0, count).Select(number => $"class {number}")];
            File.WriteAllText(manifest, (known with { ClassNames = other }).ToJson());
            Is(PromptKDError.BadInput, () => StudentClassifier.Load(_package));

            ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_graph));
            StringStringEntryProto said = model.MetadataProps.Single(entry => entry.Key == OnnxDescription.Key);
            said.Value = (JsonSerializer.Deserialize(said.Value, OnnxJson.Lines.OnnxDescription)! with
            {
                ClassNames = other,
            }).ToLine();
            File.WriteAllBytes(_empty, model.ToByteArray());
            Is(PromptKDError.BadInput, () => OnnxStudentClassifier.Load(_empty));
        }
    }

    [Fact]
    public void What_this_machine_or_this_build_cannot_do_is_not_supported()
    {
        TorchOptions torch = new() { Device = ComputeDevice.Cuda, DeviceIndex = 99 };
        Is(PromptKDError.NotSupported, () => StudentClassifier.Load(_package, torch));
        Is(PromptKDError.NotSupported, () => TextEmbedder.Load(
            _runs.Teacher, new TextOptions { Device = ComputeDevice.Cuda, DeviceIndex = 99 }, Stop));
        Is(PromptKDError.NotSupported, () => ZeroShotClassifier.Load(
            _runs.Teacher, s_names, new ZeroShotOptions { Device = ComputeDevice.Cuda, DeviceIndex = 99 }, Stop));
        Is(
            PromptKDError.NotSupported,
            () => OnnxStudentClassifier.Load(_graph, new OnnxOptions { Provider = "Nobody" }));
        File.WriteAllText(
            Path.Combine(_package, "model.json"),
            (StudentPackage.ReadManifest(_package) with { Version = StudentManifest.CurrentVersion + 1 }).ToJson());
        Is(PromptKDError.NotSupported, () => StudentClassifier.Load(_package));
    }

    [Fact]
    public void A_kind_of_picture_that_another_package_reads_is_not_supported_and_the_classifier_works_on()
    {
        // The first box of a HEIC file, ISO/IEC 23008-12: its size, 'ftyp', 'heic', a version, and a brand again.
        byte[] heic = [0, 0, 0, 20, .. "ftypheic"u8, 0, 0, 0, 0, .. "heic"u8];
        using var student = StudentClassifier.Load(_package, Computing.AsTrained, cancellationToken: Stop);
        using var onnx = OnnxStudentClassifier.Load(_graph, cancellationToken: Stop);
        foreach (PictureClassifier one in new PictureClassifier[] { student, onnx })
        {
            if (PictureDecoders.Of(PictureKind.Heic) is null)
            {
                Is(
                    PromptKDError.NotSupported,
                    () => one.Classify(PictureInput.FromBytes(heic), cancellationToken: Stop));
            }

            Assert.Single(one.Classify(_runs.Picture(0), cancellationToken: Stop));
        }
    }

    private static PromptKDException Is(PromptKDError code, Action call)
    {
        var error = Assert.Throws<PromptKDException>(call);
        Assert.True(code == error.Code, $"expected {code}, found {error.Code}: {error.Message}");
        return error;
    }
}
