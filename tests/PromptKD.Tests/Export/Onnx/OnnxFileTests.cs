using System.Security.Cryptography;
using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Runtime;

namespace PromptKD.Tests.Export.Onnx;

public sealed class OnnxFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Output => Path.Combine(_folder, "y.onnx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Constants_that_are_too_many_lie_in_a_file_beside_it()
    {
        IReadOnlyDictionary<string, string> digests = Write(largestInside: 3000);

        string[] names =
            [.. Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        Assert.Equal(3, names.Length);
        Assert.Equal("y.json", names[0]);
        Assert.Equal("y.onnx", names[1]);
        string digest = DigestOf(names[2]);
        Assert.Equal($"y.onnx.{digest[..12]}.data", names[2]);
        Assert.Equal((digest, DigestOf("y.onnx")), (digests[names[2]], digests["y.onnx"]));
        Assert.InRange(new FileInfo(Output).Length, 1, 3000);
        Assert.Equal(2 + 3f, Sum(), 1e-6);
    }

    [Fact]
    public void Other_constants_lie_inside()
    {
        Write(largestInside: 4096);

        Assert.Equal(["y.json", "y.onnx"], Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)).Order());
        Assert.Equal(2 + 3f, Sum(), 1e-6);
    }

    [Fact]
    public void What_is_refused_before_it_has_its_name_leaves_nothing()
    {
        Assert.Throws<PromptKDException>(() => OnnxFile.Write(
            Output, Model(), (_, _) => throw new PromptKDException("no"), largestInside: 10));

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("y.onnx")]
    [InlineData("y.json")]
    public void What_is_there_stands(string name)
    {
        File.WriteAllText(Path.Combine(_folder, name), "mine");

        var error = Assert.Throws<PromptKDException>(() => Write(OnnxFile.LargestInside));

        Assert.Contains($"{name}' is there already", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder, name)));
    }

    [Fact]
    public void A_name_that_the_text_beside_it_has_is_refused() => Assert.Contains(
        "Call it .onnx",
        Assert.Throws<PromptKDException>(() => OnnxFile.RefuseTaken(Path.Combine(_folder, "y.json"))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("no graph")]
    public void What_is_no_graph_is_one_line(string content)
    {
        File.WriteAllText(Output, content);

        var error = Assert.Throws<PromptKDException>(() => OnnxSession.Open(Output));

        Assert.StartsWith(Output, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    // y = x + 1024 floats of the value 3.
    private static ModelProto Model()
    {
        var graph = new OnnxGraph();
        string x = graph.Input("x", TensorProto.Types.DataType.Float, 1024);
        using Tensor three = full([1024], 3f);
        graph.Output(graph.Add("Add", "y", [x, graph.Weight("three", three)]), 1024);
        return graph.ToModel();
    }

    private IReadOnlyDictionary<string, string> Write(long largestInside)
    {
        IReadOnlyDictionary<string, string> digests = new Dictionary<string, string>();
        OnnxFile.Write(
            Output,
            Model(),
            (path, written) =>
            {
                OnnxSession.Open(path).Dispose();
                digests = written;
                return "{}";
            },
            largestInside);
        return digests;
    }

    private float Sum()
    {
        using OnnxSession session = OnnxSession.Open(Output);
        return session.Run("x", Enumerable.Repeat(2f, 1024).ToArray(), [1, 1024], ["y"])[0].Distinct().Single();
    }

    private string DigestOf(string name) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(_folder, name))));
}
