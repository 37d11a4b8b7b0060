using System.Text.Json;
using PromptKD.Text;

namespace PromptKD.Golden.Checks;

/// <summary>
/// Token ids of every string, with and without repair; decoding; truncation; what is too long. Mojibake, which we
/// recognise but do not repair, is compared from the text that the reference repaired it to.
/// </summary>
internal sealed class TokenizerCheck : IGoldenCheck
{
    public string Kind => "tokenizer";

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        string vocabulary = ProjectFolder.ClipVocabulary
            ?? throw new PromptKDException("Needs CLIP's vocabulary: set PROMPTKD_CLIP_VOCAB.");
        ClipTokenizer tokenizer = ClipTokenizer.Load(vocabulary);
        int contextLength = golden.Json.GetProperty("context_length").GetInt32();
        yield return Comparison.Same("sot", tokenizer.StartOfText, golden.Json.GetProperty("sot").GetInt32());
        yield return Comparison.Same("eot", tokenizer.EndOfText, golden.Json.GetProperty("eot").GetInt32());
        yield return Comparison.Same(
            "vocab_size", tokenizer.VocabularySize, golden.Json.GetProperty("vocab_size").GetInt32());

        Tensor truncated = golden.ReadTensors("expected.safetensors")["tokens_truncated"];
        JsonElement[] rows = [.. golden.ReadJsonFile("strings.json").EnumerateArray()];
        yield return Comparison.Same("n", rows.LongLength, truncated.shape[0]);
        for (int index = 0; index < rows.Length; index++)
        {
            int[] expected = truncated[index].data<int>().ToArray();
            foreach (Comparison comparison in RunRow(tokenizer, $"[{index}]", rows[index], expected, contextLength))
            {
                yield return comparison;
            }
        }
    }

    private static IEnumerable<Comparison> RunRow(
        ClipTokenizer tokenizer, string row, JsonElement json, int[] truncated, int contextLength)
    {
        string given = json.GetProperty("text").GetString()!;
        string text = given;
        if (TextCleaning.LooksLikeMojibake(given) && json.TryGetProperty("ftfy_text", out JsonElement repaired))
        {
            row += " (mojibake)";
            text = repaired.GetString()!;
        }

        int[] ids = Ids(json, "ids");
        int[] withoutRepair = json.TryGetProperty("ids_without_ftfy", out _) ? Ids(json, "ids_without_ftfy") : ids;
        bool tooLong = json.GetProperty("too_long").GetBoolean();
        yield return Same($"{row} ids", tokenizer.Encode(text), ids);
        yield return Same(
            $"{row} ids_without_ftfy", tokenizer.EncodeCleaned(TextCleaning.CleanRepaired(given)), withoutRepair);
        yield return Same($"{row} tokens_truncated", tokenizer.TokenizeTruncated(text, contextLength), truncated);
        yield return Comparison.Same($"{row} too_long", IsTooLong(tokenizer, text, contextLength), tooLong);
        if (!tooLong)
        {
            yield return Same($"{row} tokens", tokenizer.Tokenize(text, contextLength), truncated);
        }

        if (json.TryGetProperty("decoded", out JsonElement decoded))
        {
            yield return Comparison.Same($"{row} decoded", tokenizer.Decode(ids), decoded.GetString()!);
        }
    }

    private static bool IsTooLong(ClipTokenizer tokenizer, string text, int contextLength)
    {
        try
        {
            tokenizer.Tokenize(text, contextLength);
            return false;
        }
        catch (PromptKDException)
        {
            return true;
        }
    }

    private static Comparison Same(string name, int[] actual, int[] expected) =>
        Comparison.Same(name, string.Join(' ', actual), string.Join(' ', expected));

    private static int[] Ids(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
