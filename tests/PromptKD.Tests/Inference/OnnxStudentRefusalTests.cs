using Google.Protobuf;
using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Inference;
using PromptKD.Inference.Exports;
using PromptKD.Runtime;
using PromptKD.Tests.Export.Onnx;

namespace PromptKD.Tests.Inference;

/// <summary>Files that are no student of ours, or no longer.</summary>
public sealed class OnnxStudentRefusalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Package => Path.Combine(_folder, "package");

    private string Graph => Path.Combine(_folder, "student.onnx");

    private string Beside => Path.Combine(_folder, "student.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Constants_beside_the_graph_are_checked_too()
    {
        Export(new TinyPackage());
        OnnxExportReport report = SealedJson.Read(Beside, "", OnnxJson.Indented.OnnxExportReport);
        ModelProto model = Read();
        File.Delete(Graph);
        File.Delete(Beside);
        OnnxFile.Write(
            Graph, model, (_, files) => SealedJson.Write(
                report with { Files = files }, OnnxJson.Indented.OnnxExportReport), largestInside: 1000);
        Open().Dispose();
        string constants = Directory.GetFiles(_folder, "*.data").Single();
        byte[] bytes = File.ReadAllBytes(constants);
        bytes[^1] ^= 1;
        File.WriteAllBytes(constants, bytes);

        var error = Assert.Throws<PromptKDException>(() => Open());

        Assert.StartsWith(constants, error.Message, StringComparison.Ordinal);
        Assert.Contains("SHA-256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_another_graph_is_refused()
    {
        Export(new TinyPackage());
        File.Move(Beside, Path.Combine(_folder, "kept.json"));
        Directory.Delete(Package, recursive: true);
        File.Delete(Graph);
        Export(new TinyPackage { Temperature = 3 });
        File.Move(Path.Combine(_folder, "kept.json"), Beside, overwrite: true);

        Assert.Contains("it is of another graph than", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_classes_than_the_graphs_are_refused()
    {
        Export(new TinyPackage());
        OnnxExportReport report = SealedJson.Read(Beside, "", OnnxJson.Indented.OnnxExportReport);
        string[] swapped = [.. report.Model.ClassNames.Reverse()];
        File.WriteAllText(
            Beside, SealedJson.Write(
                report with { Model = report.Model with { ClassNames = swapped } },
                OnnxJson.Indented.OnnxExportReport));
        Assert.Contains("it says otherwise than", Refusal(), StringComparison.Ordinal);

        File.Delete(Beside);
        Rewrite(text => text.Replace("\"blue moon\",", "", StringComparison.Ordinal));
        Assert.Contains("'logits' is not [batch, 2]", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"format\":\"promptkd-onnx\"", "\"format\":\"other\"", "its format is 'other'")]
    [InlineData("\"version\":1", "\"version\":2", "Take a newer build")]
    [InlineData("\"size\":16", "\"size\":17", "'pixels' is not [batch, 17, 17, 3]")]
    [InlineData("\"size\":16", "\"size\":-1", "cannot be meant")]
    [InlineData("\"name\":\"pixels\"", "\"name\":\"images\"", "an input 'images'")]
    [InlineData("\"temperature\":1", "\"temperature\":0", "its temperature is 0")]
    [InlineData("\"temperature\":1", "\"temperature\":\"hot\"", "its metadata cannot be read")]
    [InlineData("\"classNames\":[", "\"classNames\":[null,", "its metadata cannot be read")]
    [InlineData("\"featureWidth\":6", "\"featureWidth\":7", "'features' is not [batch, 7]")]
    public void Metadata_that_does_not_fit_is_refused(string from, string to, string expected)
    {
        Export(new TinyPackage());
        File.Delete(Beside);

        Rewrite(text =>
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            return text.Replace(from, to, StringComparison.Ordinal);
        });

        Assert.Contains(expected, Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_students_are_refused_each_in_a_line()
    {
        Assert.Equal($"{Graph}: no such file.", Refusal());
        File.WriteAllBytes(Graph, []);
        Assert.StartsWith(Graph, Refusal(), StringComparison.Ordinal);
        File.Delete(Graph);
        Export(new TinyPackage());
        File.Delete(Beside);
        byte[] whole = File.ReadAllBytes(Graph);
        foreach (int length in new[] { 1, 100, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(Graph, whole[..length]);
            Assert.StartsWith(Graph, Refusal(), StringComparison.Ordinal);
        }

        ModelProto model = ModelProto.Parser.ParseFrom(whole);
        model.MetadataProps.Clear();
        File.WriteAllBytes(Graph, model.ToByteArray());
        Assert.Contains("no student's", Refusal(), StringComparison.Ordinal);
    }

    private void Export(TinyPackage package)
    {
        package.Write(Package);
        OnnxExport.Write(
            new OnnxExportRequest { Model = Package, Output = Graph },
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private OnnxStudentClassifier Open() =>
        OnnxStudentClassifier.Load(Graph, cancellationToken: TestContext.Current.CancellationToken);

    private string Refusal()
    {
        string message = Assert.Throws<PromptKDException>(() => Open()).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private ModelProto Read() => ModelProto.Parser.ParseFrom(File.ReadAllBytes(Graph));

    private void Rewrite(Func<string, string> change)
    {
        ModelProto model = Read();
        StringStringEntryProto text = model.MetadataProps.Single(one => one.Key == OnnxDescription.Key);
        text.Value = change(text.Value);
        File.WriteAllBytes(Graph, model.ToByteArray());
    }
}
