using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Inference;
using PromptKD.Inference.Exports;
using PromptKD.Runtime;
using PromptKD.Tests.Export.Onnx;

namespace PromptKD.Tests.Inference;

/// <summary>What ONNX Runtime complains of is a mistake in one line, with its code.</summary>
public sealed class OnnxFaultsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Graph => Path.Combine(_folder, "student.onnx");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_the_runtime_does_not_compute_is_told_and_the_graph_works_on()
    {
        Export();
        using OnnxSession session = OnnxSession.Open(Graph);
        int size = session.ShapeOf(OnnxInput.Pixels.Name)![1];
        string[] outputs = [OnnxDescription.Probabilities];

        var error = Assert.Throws<PromptKDException>(
            () => session.Run(OnnxInput.Pixels.Name, new byte[12], [1, 2, 2, 3], outputs));

        Assert.Equal(PromptKDError.BadInput, error.Code);
        Assert.StartsWith($"{Graph}: ONNX Runtime cannot compute it: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(
            3, session.Run(OnnxInput.Pixels.Name, new byte[size * size * 3], [1, size, size, 3], outputs)[0].Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_its_constants_a_graph_is_a_missing_file(bool hasReport)
    {
        string constants = ExportInParts(hasReport);
        File.Delete(constants);

        var error = Assert.Throws<PromptKDException>(() => OnnxStudentClassifier.Load(Graph, cancellationToken: Stop));

        Assert.Equal(
            hasReport
                ? $"{constants}: no such file."
                : $"{Graph}: its constants are in a file beside it, {Path.GetFileName(constants)}, which is not there. "
                    + "Copy all files of the model.",
            error.Message);
        Assert.Equal(PromptKDError.MissingFile, error.Code);
    }

    [Fact]
    public void Constants_that_are_cut_off_are_named_with_their_sizes()
    {
        string constants = ExportInParts(hasReport: false);
        byte[] whole = File.ReadAllBytes(constants);
        File.WriteAllBytes(constants, whole[..^3]);

        var error = Assert.Throws<PromptKDException>(() => OnnxStudentClassifier.Load(Graph, cancellationToken: Stop));

        Assert.Equal(
            $"{Graph}: its constants are in a file beside it, {Path.GetFileName(constants)}, which has "
                + $"{whole.Length - 3} of {whole.Length} bytes. Copy all files of the model.",
            error.Message);
    }

    /// <summary>A student whose larger constants lie beside its graph.</summary>
    private string ExportInParts(bool hasReport)
    {
        Export();
        string report = Path.ChangeExtension(Graph, ".json");
        OnnxExportReport whole = SealedJson.Read(report, "", OnnxJson.Indented.OnnxExportReport);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Graph));
        File.Delete(Graph);
        File.Delete(report);
        OnnxFile.Write(
            Graph,
            model,
            (_, files) => SealedJson.Write(whole with { Files = files }, OnnxJson.Indented.OnnxExportReport),
            largestInside: 1000);
        if (!hasReport)
        {
            File.Delete(report);
        }

        return Directory.GetFiles(_folder, "*.data").Single();
    }

    private void Export()
    {
        string package = Path.Combine(_folder, "package");
        new TinyPackage().Write(package);
        OnnxExport.Write(new OnnxExportRequest { Model = package, Output = Graph }, cancellationToken: Stop);
    }
}
