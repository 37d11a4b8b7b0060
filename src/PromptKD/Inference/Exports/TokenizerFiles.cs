using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Inference.Exports;

/// <summary>A CLIP's tokenizer beside its graphs, in files that other programs read.</summary>
internal static class TokenizerFiles
{
    private const string Merges = "merges.txt";
    private const string Vocabulary = "vocab.json";
    private const string Settings = "tokenizer_config.json";
    private const string StartMarker = "<|startoftext|>";
    private const string EndMarker = "<|endoftext|>";

    /// <summary>
    /// Writes them: of CLIP's byte pairs <c>vocab.json</c> and <c>merges.txt</c>, of others the file that they are read
    /// from.
    /// </summary>
    /// <param name="folder">Receives them.</param>
    /// <param name="vocabulary">The file that the tokenizer is read from.</param>
    /// <param name="context">Length of the texts, tokens.</param>
    /// <param name="seesPadding">
    /// Whether the tower's tokens see what stands behind a text: it has to be zeros then.
    /// </param>
    /// <returns>Their names.</returns>
    public static IReadOnlyList<string> Write(string folder, string vocabulary, int context, bool seesPadding)
    {
        List<string> names = TextTokenizers.Load(vocabulary) is ClipTokenizer
            ? WritePairs(folder, vocabulary)
            : Copy(folder, vocabulary);
        string settings = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(vocabulary))!, Settings);
        if (File.Exists(settings))
        {
            WholeFile.Copy(settings, Path.Combine(folder, Settings));
        }
        else
        {
            var said = new JsonObject { ["model_max_length"] = context };
            if (names[0] == Vocabulary)
            {
                said["tokenizer_class"] = "CLIPTokenizer";
                said["bos_token"] = StartMarker;
                said["eos_token"] = EndMarker;
                said["unk_token"] = EndMarker;
                said["pad_token"] = seesPadding ? "!" : EndMarker;
            }

            WriteJson(folder, Settings, said);
        }

        return [.. names, Settings];
    }

    private static List<string> Copy(string folder, string vocabulary)
    {
        string name = Path.GetFileName(vocabulary);
        WholeFile.Copy(vocabulary, Path.Combine(folder, name));
        return [name];
    }

    // Ids count the bytes, the bytes that end a word, the merges, and the two markers.
    private static List<string> WritePairs(string folder, string vocabulary)
    {
        IReadOnlyList<MergePair> merges = MergeFile.Read(vocabulary);
        string[] bytes = [.. ByteAlphabet.Bytes.Select(value => ByteAlphabet.CharacterOf(value).ToString())];
        IEnumerable<string> tokens =
        [
            .. bytes,
            .. bytes.Select(one => one + BytePairEncoder.EndOfWord),
            .. merges.Select(merge => merge.First + merge.Second),
            StartMarker,
            EndMarker,
        ];
        var ids = new JsonObject();
        foreach ((int id, string token) in tokens.Index())
        {
            ids[token] = id;
        }

        WriteJson(folder, Vocabulary, ids);
        string[] lines = ["#version: 0.2", .. merges.Select(merge => $"{merge.First} {merge.Second}")];
        WholeFile.WriteText(Path.Combine(folder, Merges), string.Join('\n', lines) + "\n");
        return [Vocabulary, Merges];
    }

    private static void WriteJson(string folder, string name, JsonObject json)
    {
        var options = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        WholeFile.WriteText(Path.Combine(folder, name), json.ToJsonString(options) + "\n");
    }
}
