using System.Text.Json;

namespace PromptKD.Text.Pieces;

/// <summary>Reads a <c>tokenizer.json</c> of the tokenizers library, where it is one of SigLIP's.</summary>
internal static class TokenizerJson
{
    /// <param name="path">For messages.</param>
    /// <param name="json">The whole file.</param>
    /// <returns>Null where it is of another kind, such as CLIP's.</returns>
    /// <exception cref="PromptKDException">It is one of SigLIP's, and incomplete.</exception>
    public static PaddedTokenizer? TryRead(string path, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("model", out JsonElement model)
            || model.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            string? type = model.TryGetProperty("type", out JsonElement kind) ? kind.GetString() : null;
            bool fallsBack = model.TryGetProperty("byte_fallback", out JsonElement flag)
                && flag.ValueKind == JsonValueKind.True;
            return type == "Unigram" ? ReadUnigram(path, json, model)
                : type == "BPE" && fallsBack ? ReadBytePairs(path, json, model)
                : null;
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new PromptKDException(
                $"{path}: not a complete tokenizer: {error.Message} Fetch the file again.", error);
        }
    }

    private static UnigramTokenizer ReadUnigram(string path, JsonElement json, JsonElement model)
    {
        var pieces = new List<(string Text, int Id, double Score)>();
        var special = Added(json).ToHashSet(StringComparer.Ordinal);
        int id = 0, end = -1;
        foreach (JsonElement piece in model.GetProperty("vocab").EnumerateArray())
        {
            string text = piece[0].GetString()!;
            end = text == "</s>" ? id : end;
            if (!special.Contains(text))
            {
                pieces.Add((text, id, piece[1].GetDouble()));
            }

            id++;
        }

        byte[] table = json.TryGetProperty("normalizer", out JsonElement normaliser) ? FindTable(normaliser) : [];
        return end >= 0 && pieces.Count > 0
            ? new UnigramTokenizer(
                new UnigramModel(pieces, model.GetProperty("unk_id").GetInt32(), isSingle: false),
                new CharacterMap(table, path),
                id,
                end)
            : throw new PromptKDException(
                $"{path}: its unigram has no '</s>' among its {id} pieces. Fetch the file again.");
    }

    private static byte[] FindTable(JsonElement normaliser) =>
        normaliser.ValueKind != JsonValueKind.Object ? []
        : normaliser.TryGetProperty("precompiled_charsmap", out JsonElement table) ? table.GetBytesFromBase64()
        : normaliser.TryGetProperty("normalizers", out JsonElement several)
            ? several.EnumerateArray().Select(FindTable).FirstOrDefault(one => one.Length > 0, [])
            : [];

    private static BytePieceTokenizer ReadBytePairs(string path, JsonElement json, JsonElement model)
    {
        var ids = model.GetProperty("vocab").EnumerateObject()
            .ToDictionary(one => one.Name, one => one.Value.GetInt32(), StringComparer.Ordinal);
        var merges = new Dictionary<(int First, int Second), (int Rank, int Merged)>();
        int rank = 0;
        foreach (JsonElement merge in model.GetProperty("merges").EnumerateArray())
        {
            (string first, string second) = ReadPair(merge);
            if (!ids.TryGetValue(first, out int left) || !ids.TryGetValue(second, out int right)
                || !ids.TryGetValue(first + second, out int merged))
            {
                throw new PromptKDException(
                    $"{path}: its merge {rank} is of '{first}' and '{second}', which are no tokens, or make none. "
                    + "Fetch the file again.");
            }

            merges.TryAdd((left, right), (rank++, merged));
        }

        string[] added = [.. Added(json).Where(ids.ContainsKey)];
        return ids.TryGetValue("<eos>", out int end) && ids.TryGetValue("<pad>", out int padding)
            ? new BytePieceTokenizer(ids, merges, added, ids.GetValueOrDefault("<unk>", end), end, padding)
            : throw new PromptKDException(
                $"{path}: its vocabulary has no '<eos>' and '<pad>'. Is it that of a SigLIP 2?");
    }

    // Both ["a", "b"] and "a b" are in use.
    private static (string First, string Second) ReadPair(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.Array)
        {
            return (merge[0].GetString()!, merge[1].GetString()!);
        }

        string text = merge.GetString()!;
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        return blank > 0 ? (text[..blank], text[(blank + 1)..]) : throw new FormatException($"A merge is '{text}'.");
    }

    private static IEnumerable<string> Added(JsonElement json) =>
        json.TryGetProperty("added_tokens", out JsonElement added)
        ? added.EnumerateArray().Select(one => one.GetProperty("content").GetString()!)
        : [];
}
