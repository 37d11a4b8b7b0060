using System.Text.Json;
using Google.Protobuf;
using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Text;

namespace PromptKD.Tests;

/// <summary>
/// Models as ONNX files, small enough to work out by hand: a picture's features are its mean colours times a matrix, a
/// text's the mean of its tokens' rows in a table.
/// </summary>
internal static class TinyOnnx
{
    /// <summary>Side of its pictures, pixels.</summary>
    public const int Size = 16;

    /// <summary>Width of its features.</summary>
    public const int Width = 8;

    /// <summary>Length of its texts.</summary>
    public const int Context = 77;

    private static readonly double[] s_halves = [0.5, 0.5, 0.5];

    /// <summary>Both towers, tokenizer and configurations, as such exports are published.</summary>
    public static string Clip(string folder, ulong seed = 1)
    {
        Directory.CreateDirectory(Path.Combine(folder, "onnx"));
        Vision(Path.Combine(folder, "onnx", "vision_model.onnx"), seed);
        int tokens = ClipTokenizer.Load(TinyClip.Vocabulary).VocabularySize;
        using (DisposeScope scope = NewDisposeScope())
        {
            Texts(Path.Combine(folder, "onnx", "text_model.onnx"), TinyClip.Random(seed + 1, tokens, Width));
        }

        File.Copy(TinyClip.Vocabulary, Path.Combine(folder, "merges.txt"));
        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            JsonSerializer.Serialize(new { model_type = "clip", text_config = new { vocab_size = tokens } }));
        Preprocessing(folder);
        return folder;
    }

    /// <summary>An image tower alone, with how its pictures are prepared beside it.</summary>
    /// <returns>The file.</returns>
    public static string Tower(string folder, ulong seed = 1)
    {
        Directory.CreateDirectory(folder);
        Preprocessing(folder);
        return Vision(Path.Combine(folder, "model.onnx"), seed);
    }

    /// <summary>The matrix of an image tower, [3, width].</summary>
    public static Tensor Matrix(ulong seed = 1) => TinyClip.Random(seed, 3, Width);

    /// <summary>Writes a graph.</summary>
    public static void Write(string path, ModelProto model) => File.WriteAllBytes(path, model.ToByteArray());

    /// <summary>The graph of an image tower.</summary>
    public static ModelProto Pictures(ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        var graph = new OnnxGraph();
        string pixels = graph.Input("pixel_values", TensorProto.Types.DataType.Float, 3, Size, Size);
        string colours = graph.Add(
            "ReduceMean", "colours", [pixels], OnnxAttribute.Ints("axes", 2, 3), OnnxAttribute.Int("keepdims", 0));
        graph.Output(graph.Add("MatMul", "image_embeds", [colours, graph.Weight("matrix", Matrix(seed))]), Width);
        return graph.ToModel();
    }

    private static string Vision(string path, ulong seed)
    {
        Write(path, Pictures(seed));
        return path;
    }

    private static void Texts(string path, Tensor table)
    {
        var graph = new OnnxGraph();
        string ids = graph.Input("input_ids", TensorProto.Types.DataType.Int64, Context);
        string rows = graph.Add("Gather", "rows", [graph.Weight("table", table), ids]);
        graph.Output(graph.Add(
            "ReduceMean",
            "text_embeds",
            [rows],
            OnnxAttribute.Ints("axes", 1),
            OnnxAttribute.Int("keepdims", 0)), Width);
        Write(path, graph.ToModel());
    }

    private static void Preprocessing(string folder) => File.WriteAllText(
        Path.Combine(folder, "preprocessor_config.json"),
        JsonSerializer.Serialize(new
        {
            image_processor_type = "CLIPImageProcessor",
            size = new { shortest_edge = Size },
            crop_size = new { height = Size, width = Size },
            resample = 3,
            image_mean = s_halves,
            image_std = s_halves,
        }));
}
