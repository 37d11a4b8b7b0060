using System.Text.Json;

namespace PromptKD.Runtime;

/// <summary>
/// JSON that others wrote, checked before anything is made of it: a name stands once in an object, and every text is
/// one. (.NET finds halves of letters, which JSON can write as escapes, only when it is asked for the text.)
/// </summary>
internal static class JsonText
{
    // The largest that is read, a tokenizer's, has 2 MB. Parsed, JSON can take seven times its size.
    private const int MaxBytes = 8 << 20;

    /// <summary>Parses a whole text.</summary>
    /// <param name="json">UTF-8, with or without a byte-order mark. Must not change while the result is used.</param>
    /// <param name="maxBytes">The largest text of its kind.</param>
    /// <exception cref="JsonException">
    /// It is not JSON, breaks one of these rules, or is larger than any file of its kind.
    /// </exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, int maxBytes = MaxBytes)
    {
        if (json.Length > maxBytes)
        {
            throw new JsonException($"{json.Length} bytes are more than any file of its kind has.");
        }

        ReadOnlyMemory<byte> text = json.Span.StartsWith("\uFEFF"u8) ? json["\uFEFF"u8.Length..] : json;
        try
        {
            RequireTexts(text.Span);
            return JsonDocument.Parse(text, RecordJson.Exact);
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException($"a text in it is none ({error.Message})", error);
        }
    }

    private static void RequireTexts(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                reader.GetString();
            }
        }
    }
}
