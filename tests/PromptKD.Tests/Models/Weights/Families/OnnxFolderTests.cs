using System.Text.Json;
using Google.Protobuf;
using Onnx;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Text;

namespace PromptKD.Tests.Models.Weights.Families;

public sealed class OnnxFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Clip => Path.Combine(_folder, "clip");

    private string VisionFile => Path.Combine(Clip, "onnx", "vision_model.onnx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("onnx:")]
    [InlineData("ONNX:")]
    public void Both_towers_give_what_their_graphs_say(string prefix)
    {
        using DisposeScope scope = NewDisposeScope();
        TinyOnnx.Clip(Clip);
        using ClipCheckpoint clip = ClipCheckpoint.Open(prefix + Clip);
        using var images = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
        using var texts = TextTower.Create(clip.Architecture, ScalarType.Float32, CPU);
        Tensor pictures = TinyClip.Random(5, 4, 3, TinyOnnx.Size, TinyOnnx.Size);
        Tensor ids = tensor(ClipTokenizer.Load(TinyClip.Vocabulary).Tokenize("a dog", TinyOnnx.Context).Select(
            id => (long)id).ToArray())
            .view(1, -1);

        Tensor seen = images.forward(pictures, null);
        Tensor read = texts.forward(ids, null);

        Tensor table = TinyClip.Random(2, clip.Architecture.VocabularySize, TinyOnnx.Width);
        Assert.True(seen.allclose(pictures.mean([2, 3]).matmul(TinyOnnx.Matrix()), rtol: 1e-5, atol: 1e-6));
        Assert.True(read.allclose(table.index_select(0, ids.flatten()).mean([0]).view(1, -1), rtol: 1e-5, atol: 1e-6));
        Assert.Equal(Math.Log(100), clip.LogitScale, 1e-6);
        Assert.Equal(TinyOnnx.Size, clip.Preprocessing!.ImageSize);
    }

    [Fact]
    public void What_promptkd_wrote_says_its_scale_and_its_digests()
    {
        TinyOnnx.Clip(Clip);
        string digest = FileDigest.Sha256([VisionFile], stop: TestContext.Current.CancellationToken);
        WriteOwn(new { format = "promptkd-clip-onnx", version = 1, logitScale = 50.0, files = Files(digest) });
        using (ClipCheckpoint clip = ClipCheckpoint.Open($"onnx:{Clip}"))
        {
            Assert.Equal(Math.Log(50), clip.LogitScale, 1e-6);
        }

        WriteOwn(new { format = "promptkd-clip-onnx", version = 1, files = Files(new string('0', 64)) });

        Assert.Contains("not the file that", Refusal($"onnx:{Clip}"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_of_a_fixed_size_is_asked_part_by_part()
    {
        using DisposeScope scope = NewDisposeScope();
        TinyOnnx.Clip(Clip);
        ModelProto model = TinyOnnx.Pictures(seed: 1);
        foreach (ValueInfoProto value in (ValueInfoProto[])[model.Graph.Input[0], model.Graph.Output[0]])
        {
            value.Type.TensorType.Shape.Dim[0].DimValue = 2;
        }

        TinyOnnx.Write(VisionFile, model);
        using ClipCheckpoint clip = ClipCheckpoint.Open($"onnx:{Clip}");
        using var images = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
        Tensor pictures = TinyClip.Random(5, 4, 3, TinyOnnx.Size, TinyOnnx.Size);

        Assert.True(images.forward(pictures, null).allclose(
            pictures.mean([2, 3]).matmul(TinyOnnx.Matrix()), rtol: 1e-5, atol: 1e-6));
        Assert.Contains(
            "takes exactly 2 rows",
            Assert.Throws<PromptKDException>(() => images.forward(pictures[..3], null)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Constants_in_a_file_beside_it_are_of_its_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        TinyOnnx.Clip(Clip);
        WriteExternal("constants.bin");

        using ClipCheckpoint clip = ClipCheckpoint.Open($"onnx:{Clip}");
        using var images = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
        Tensor pictures = ones(1, 3, TinyOnnx.Size, TinyOnnx.Size);

        Assert.Contains(Path.Combine(Clip, "onnx", "constants.bin"), clip.WeightFiles);
        Assert.True(images.forward(pictures, null).allclose(TinyOnnx.Matrix().sum(dim: 0), rtol: 1e-5, atol: 1e-6));
        using Tensor kept = images.KeptState["graph"];
        var whole = ModelProto.Parser.ParseFrom(kept.bytes.ToArray());
        Assert.All(whole.Graph.Initializer, constant => Assert.Empty(constant.ExternalData));
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("/etc/passwd")]
    public void Constants_of_another_folder_are_not_read(string elsewhere)
    {
        TinyOnnx.Clip(Clip);
        WriteExternal(elsewhere, write: false);

        Assert.Contains("is no file beside it", Refusal($"onnx:{Clip}"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_such_a_folder_is_refused_in_one_line_each()
    {
        TinyOnnx.Clip(Clip);
        string empty = Path.Combine(_folder, "empty");
        Directory.CreateDirectory(empty);
        Assert.Contains("there is no such file or folder", Refusal("onnx:/nowhere"), StringComparison.Ordinal);
        Assert.Contains("there is no such file", Refusal("nowhere.onnx"), StringComparison.Ordinal);
        Assert.Contains("expected vision_model.onnx", Refusal($"onnx:{empty}"), StringComparison.Ordinal);

        File.Delete(Path.Combine(Clip, "config.json"));
        Assert.Null(Record.Exception(() => ClipCheckpoint.Open($"onnx:{Clip}").Dispose()));
        File.Move(Path.Combine(Clip, "preprocessor_config.json"), Path.Combine(Clip, "other.json"));
        Assert.Contains(
            "nothing says how its pictures are prepared", Refusal($"onnx:{Clip}"), StringComparison.Ordinal);
        File.Move(Path.Combine(Clip, "other.json"), Path.Combine(Clip, "preprocessor_config.json"));

        File.Copy(Path.Combine(Clip, "onnx", "text_model.onnx"), VisionFile, overwrite: true);
        Assert.Contains("an image tower takes pixel_values alone", Refusal($"onnx:{Clip}"), StringComparison.Ordinal);
        File.WriteAllText(VisionFile, "not a graph at all, but a text of some length");
        Assert.Contains("not an ONNX file, or damaged", Refusal($"onnx:{Clip}"), StringComparison.Ordinal);
        ModelProto model = TinyOnnx.Pictures(seed: 1);
        TinyOnnx.Write(VisionFile, model);
        byte[] whole = File.ReadAllBytes(VisionFile);
        File.WriteAllBytes(VisionFile, whole[..(whole.Length / 2)]);
        Assert.Contains("not an ONNX file, or damaged", Refusal($"onnx:{Clip}"), StringComparison.Ordinal);
        model.Graph.Output[0].Type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 1 });
        TinyOnnx.Write(VisionFile, model);
        Assert.Contains("features are one table", Refusal($"onnx:{Clip}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_of_a_graph_is_refused_in_one_line()
    {
        TinyOnnx.Clip(Clip);
        byte[] whole = File.ReadAllBytes(VisionFile);
        for (int length = 0; length < whole.Length - 40; length += 7)
        {
            File.WriteAllBytes(VisionFile, whole[..length]);
            string message = Refusal($"onnx:{Clip}");
            Assert.DoesNotContain('\n', message);
        }
    }

    private static string Refusal(string name) =>
        Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(name).Dispose()).Message;

    private static Dictionary<string, string> Files(string digest) => new() { ["onnx/vision_model.onnx"] = digest };

    private void WriteOwn(object json) =>
        File.WriteAllText(Path.Combine(Clip, "promptkd.json"), JsonSerializer.Serialize(json));

    private void WriteExternal(string name, bool write = true)
    {
        ModelProto model = TinyOnnx.Pictures(seed: 1);
        TensorProto constant = model.Graph.Initializer.Single();
        if (write)
        {
            File.WriteAllBytes(Path.Combine(Clip, "onnx", name), constant.RawData.ToByteArray());
        }

        constant.RawData = ByteString.Empty;
        constant.DataLocation = TensorProto.Types.DataLocation.External;
        constant.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = name });
        TinyOnnx.Write(VisionFile, model);
    }
}
