using System.Text.Json;
using System.Text.Json.Serialization;

namespace PromptKD.Runtime;

/// <summary>
/// How records are written as JSON: camel case, absent instead of null, words for enumerations, one spelling of every
/// number; and read: a null where a value belongs is an error, and so is a number without end.
/// </summary>
/// <remarks>
/// Each folder has a context of the source generator for its own records, made with <see cref="Lines"/> or
/// <see cref="Indented"/>: nothing is serialised by reflection, which trimming would cut off. The generated code sets
/// every property, those that the text leaves out to zero or null: a property whose default is another one, and which
/// older files lack, is a parameter of a constructor for JSON, or takes its default for null.
/// </remarks>
internal static class RecordJson
{
    /// <summary>For reading any JSON: a key that is there twice says two things.</summary>
    public static JsonDocumentOptions Exact { get; } = new() { AllowDuplicateProperties = false };

    /// <summary>For lines of a log and for headers.</summary>
    /// <param name="words">A <see cref="Words{T}"/> for each enumeration in the records.</param>
    /// <returns>New ones: each context takes its own.</returns>
    public static JsonSerializerOptions Lines(params ReadOnlySpan<JsonConverter> words) =>
        Options(isIndented: false, words);

    /// <summary>For files that people read.</summary>
    /// <param name="words">As of <see cref="Lines"/>.</param>
    public static JsonSerializerOptions Indented(params ReadOnlySpan<JsonConverter> words) =>
        Options(isIndented: true, words);

    private static JsonSerializerOptions Options(bool isIndented, ReadOnlySpan<JsonConverter> words)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            RespectNullableAnnotations = true,
            Converters = { new FiniteDouble(), new FiniteFloat() },
            AllowDuplicateProperties = false,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = isIndented,
            NewLine = "\n",
        };
        foreach (JsonConverter one in words)
        {
            options.Converters.Add(one);
        }

        return options;
    }
}

/// <summary>Reads and writes the values of an enumeration as words in camel case.</summary>
internal sealed class Words<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
