using System.Text.Json;
using System.Text.Json.Serialization;

namespace PromptKD.Runtime;

/// <summary>
/// How records are written as JSON: camel case, absent instead of null, words for enumerations, one spelling of every
/// number; and read: a null where a value belongs is an error, and so is a number without end.
/// </summary>
internal static class RecordJson
{
    /// <summary>For lines of a log and for headers.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new FiniteDouble(), new FiniteFloat() },
        AllowDuplicateProperties = false,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For reading any JSON: a key that is there twice says two things.</summary>
    public static JsonDocumentOptions Exact { get; } = new() { AllowDuplicateProperties = false };

    /// <summary>For files that people read.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Options) { WriteIndented = true, NewLine = "\n" };
}
