using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Golden;

/// <summary>The tiny CLIPs that cases share, with the sparse token table expanded.</summary>
internal sealed class GoldenClip
{
    private const string TableName = "token_embedding.weight";

    private GoldenClip(Dictionary<string, Tensor> tensors)
    {
        Architecture = ClipArchitecture.Infer(tensors.ToDictionary(t => t.Key, t => t.Value.shape));
        Tensors = tensors;
        LogitScale = tensors["logit_scale"].exp().item<float>();
    }

    public ClipArchitecture Architecture { get; }

    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>exp(logit_scale).</summary>
    public float LogitScale { get; }

    /// <summary>Reads a CLIP of which the case gives the path, relative to its folder.</summary>
    public static GoldenClip Read(GoldenCase golden, string relative)
    {
        const int VocabularySize = 49408;
        Dictionary<string, Tensor> tensors = golden.ReadTensors(relative);
        if (tensors.Remove($"{TableName}.ids", out Tensor? ids)
            && tensors.Remove($"{TableName}.rows", out Tensor? rows))
        {
            Tensor table = zeros(VocabularySize, rows.shape[1]);
            table.index_copy_(0, ids.to(ScalarType.Int64), rows.to(ScalarType.Float32));
            tensors[TableName] = table;
        }

        return new GoldenClip(tensors);
    }

    /// <summary>
    /// Opens such a CLIP by the library's own reader, from a file in which the table is not sparse. That file is
    /// deleted again.
    /// </summary>
    public static ClipCheckpoint Open(GoldenCase golden, string relative)
    {
        string copy = Copy(golden, relative, Path.GetTempPath());
        try
        {
            return ClipCheckpoint.Open(copy);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    /// <summary>Writes such a CLIP into a file in which the table is not sparse.</summary>
    /// <returns>The path of the file, below <paramref name="folder"/>.</returns>
    public static string Copy(GoldenCase golden, string relative, string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        string copy = Path.Combine(folder, $"{Path.GetRandomFileName()}.safetensors");
        SafetensorsFile.Write(copy, [.. Read(golden, relative).Tensors]);
        return copy;
    }

    /// <summary>The image tower, float32.</summary>
    public ImageEncoder ImageEncoder()
    {
        var encoder = Models.Clip.ImageEncoder.Create(Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(encoder, Tensors, "visual.", "golden CLIP");
        return encoder;
    }

    /// <summary>The text tower, float32.</summary>
    public TextEncoder TextEncoder()
    {
        var encoder = new TextEncoder(Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(encoder, Tensors, "", "golden CLIP");
        return encoder;
    }

    /// <summary>Prompts of one tower, from tensors named as the reference's state dict names them.</summary>
    /// <param name="tensors">Tensors of a case.</param>
    /// <param name="input">Name of the layer-0 prompt, as "prompt.image_encoder.VPT".</param>
    /// <param name="deep">Prefix of the deeper ones, as "prompt.image_encoder.".</param>
    /// <param name="roundToHalf">Whether the case rounds inserted prompts through float16.</param>
    public static LayerPrompts? Prompts(
        IReadOnlyDictionary<string, Tensor> tensors, string input, string deep, bool roundToHalf)
    {
        if (!tensors.TryGetValue(input, out Tensor? first))
        {
            return null;
        }

        List<Tensor> layers = [first];
        while (tensors.TryGetValue(
            $"{deep}transformer.resblocks.{layers.Count}.VPT_shallow", out Tensor? next))
        {
            layers.Add(next);
        }

        return new LayerPrompts(layers, roundToHalf);
    }
}
