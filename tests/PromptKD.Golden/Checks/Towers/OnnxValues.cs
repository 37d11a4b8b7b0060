using Google.Protobuf;
using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Golden.Checks.Towers;

/// <summary>What the graphs of a folder's towers give in ONNX Runtime, under the names of the cases.</summary>
internal static class OnnxValues
{
    /// <param name="path">The folder.</param>
    /// <param name="inputs">Pictures of several sizes, tokens.</param>
    public static Dictionary<string, Tensor> Compute(string path, Dictionary<string, Tensor> inputs)
    {
        var values = new Dictionary<string, Tensor>();
        foreach ((string name, Tensor images) in inputs.Where(
            one => one.Key.StartsWith("images", StringComparison.Ordinal)))
        {
            // A graph takes squares of one size.
            if (images.shape[2] == images.shape[3])
            {
                values["image_features" + name["images".Length..]] = OfImages(path, images);
            }
        }

        if (inputs.TryGetValue("tokens", out Tensor? tokens))
        {
            values["text_features"] = OfTexts(path, tokens);
        }

        return values;
    }

    private static Tensor OfImages(string path, Tensor images)
    {
        int size = (int)images.shape[2];
        using var first = ClipCheckpoint.Open(path);
        bool isClips = first.Architecture.Tower is null;
        using var clip = ClipCheckpoint.Open(path, overrides: new ClipDetails { ImageSize = isClips ? size : null });
        using var tower = ImageEncoder.Create(clip.Architecture with { ImageSize = size }, ScalarType.Float32, CPU);
        ModuleWeights.Fill(tower, clip.Tensors, "visual.", clip.Description);
        float[] pixels = images.to(ScalarType.Float32).contiguous().data<float>().ToArray();
        return Run(ClipGraphs.OfImages(tower), ClipGraphs.Pixels, pixels, images.shape, ClipGraphs.ImageEmbeds);
    }

    private static Tensor OfTexts(string path, Tensor tokens)
    {
        using var clip = ClipCheckpoint.Open(path);
        using var tower = TextTower.Create(clip.Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(tower, clip.Tensors, tower.Prefix, clip.Description);
        long[] ids = tokens.to(ScalarType.Int64).contiguous().data<long>().ToArray();
        return Run(ClipGraphs.OfTexts(tower), ClipGraphs.Ids, ids, tokens.shape, ClipGraphs.TextEmbeds);
    }

    private static Tensor Run<T>(ModelProto model, string input, T[] values, long[] shape, string output)
        where T : unmanaged
    {
        using OnnxSession session = OnnxSession.Open(model.ToByteArray(), output);
        return tensor(session.Run(input, values, shape, [output])[0]).view(shape[0], -1);
    }
}
