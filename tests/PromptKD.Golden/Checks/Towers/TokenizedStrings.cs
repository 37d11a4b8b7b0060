using System.Text.Json;
using PromptKD.Text;
using PromptKD.Text.Pieces;

namespace PromptKD.Golden.Checks.Towers;

/// <summary>Token ids of every string of a case: whole, cut and padded, and of the class texts that the features are
/// of.</summary>
internal static class TokenizedStrings
{
    public static IEnumerable<Comparison> Compare(GoldenCase golden, Dictionary<string, Tensor> expected)
    {
        IEnumerable<Comparison> all = [];
        if (File.Exists(golden.PathOf("strings.json")))
        {
            all = Compare(golden, "strings.json", Open(golden, "huggingface"), expected["strings.ids"]);
        }

        if (File.Exists(golden.PathOf("strings_open_clip.json")))
        {
            all = all.Concat(Compare(
                golden, "strings_open_clip.json", Open(golden, "open_clip"), expected["open_clip.strings.ids"]));
        }

        if (expected.TryGetValue("strings.ids_lower", out Tensor? lower))
        {
            all = all.Append(
                Comparison.Same("strings.ids_lower rows", lower.shape[0], expected["strings.ids"].shape[0]));
        }

        return golden.Json.TryGetProperty("texts", out JsonElement texts) ? all.Concat(OfTexts(golden, texts)) : all;
    }

    private static ITextTokenizer Open(GoldenCase golden, string folder) =>
        TextTokenizers.Load(VocabularyFile.Find(null, golden.PathOf(folder))!);

    private static IEnumerable<Comparison> Compare(
        GoldenCase golden, string file, ITextTokenizer tokenizer, Tensor table)
    {
        JsonElement[] rows = [.. golden.ReadJsonFile(file).EnumerateArray()];
        yield return Comparison.Same($"{file} rows", rows.LongLength, table.shape[0]);
        for (int index = 0; index < rows.Length; index++)
        {
            string text = rows[index].GetProperty("text").GetString()!;
            int[] padded = [.. table[index].data<int>()];
            int[] whole = Ids(rows[index], "ids");
            yield return Same($"{file}[{index}] table", padded, Ids(rows[index], "ids_64"));
            if (tokenizer is BytePieceTokenizer pieces)
            {
                yield return Same($"{file}[{index}] as it is", [.. pieces.EncodeAsItIs(text), whole[^1]], whole);
                yield return Same(
                    $"{file}[{index}] lower",
                    tokenizer.TokenizeTruncated(text, padded.Length),
                    Ids(rows[index], "ids_64_lower"));
                continue;
            }

            yield return Same($"{file}[{index}] ids", ((PaddedTokenizer)tokenizer).Ended(text), whole);
            yield return Same($"{file}[{index}] ids_64", tokenizer.TokenizeTruncated(text, padded.Length), padded);
        }
    }

    // The texts are lower-cased for SigLIP 2 by us and by the case alike.
    private static IEnumerable<Comparison> OfTexts(GoldenCase golden, JsonElement texts)
    {
        Tensor tokens = golden.ReadTensors("inputs.safetensors")["tokens"];
        ITextTokenizer tokenizer = Open(golden, "huggingface");
        int index = 0;
        foreach (JsonElement text in texts.EnumerateArray())
        {
            int[] expected = [.. tokens[index].data<int>()];
            yield return Same(
                $"tokens[{index++}]", tokenizer.TokenizeTruncated(text.GetString()!, expected.Length), expected);
        }
    }

    private static Comparison Same(string name, int[] actual, int[] expected) =>
        Comparison.Same(name, string.Join(' ', actual), string.Join(' ', expected));

    private static int[] Ids(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
