using System.Text;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Models.Weights.Zip;

namespace RandomClip;

/// <summary>
/// Writes a CLIP as OpenAI publishes it: a TorchScript archive, whose pickle is a tree of modules and whose code
/// declares their classes. The classes have no methods: it can be loaded, and its weights read, but not called.
/// </summary>
internal static class TorchScriptArchive
{
    private const string Namespace = "__torch__";

    /// <param name="path">File to write.</param>
    /// <param name="architecture">For the three sizes that OpenAI stores beside the parameters.</param>
    /// <param name="tensors">Every parameter under OpenAI's name.</param>
    /// <exception cref="PromptKD.PromptKDException">The file cannot be written.</exception>
    public static void Write(
        string path, ClipArchitecture architecture, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using DisposeScope scope = NewDisposeScope();
        var root = new ScriptModule($"{Namespace}.Clip");
        foreach ((string name, Tensor value) in tensors)
        {
            string[] parts = name.Split('.');
            parts[..^1].Aggregate(root, (module, child) => module.Child(child)).Parameters[parts[^1]] = value;
        }

        root.Buffers["input_resolution"] = tensor((long)architecture.ImageSize);
        root.Buffers["context_length"] = tensor((long)architecture.ContextLength);
        root.Buffers["vocab_size"] = tensor((long)architecture.VocabularySize);
        TorchZipWriter.Write(path, root.ToPickle(), [
            new($"code/{Namespace}.py", Encoding.UTF8.GetBytes(root.Declare())),
            new("constants.pkl", NoConstants()),
        ]);
    }

    private static byte[] NoConstants()
    {
        using var pickle = new MemoryStream();
        PickleWriter.Write(pickle, Array.Empty<object?>(), _ => throw new InvalidOperationException("No constants."));
        return pickle.ToArray();
    }
}
