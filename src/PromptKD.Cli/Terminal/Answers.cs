using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PromptKD.Runtime;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// What the program was asked for, on standard output. Names that others wrote stay within their line and column.
/// </summary>
internal static class Answers
{
    /// <summary>A line.</summary>
    public static void Line(string text = "") => Console.WriteLine(Printable.Columns(text));

    /// <summary>Columns with tabs between them.</summary>
    public static void Line(IEnumerable<string> columns) =>
        Console.WriteLine(string.Join('\t', columns.Select(Printable.Line)));

    /// <summary>A sentence, broken between words on a terminal as <see cref="Prose"/> does it.</summary>
    public static void Sentence(string text) => Prose.Write(Printable.Line(text));

    /// <summary>A line of a training's log, broken in the same way; it may have tabs.</summary>
    public static void LogLine(string text) => Prose.Write(Printable.Columns(text));

    /// <summary>Paragraphs of ours with names in them, broken in the same way.</summary>
    public static void Lines(FormattableString text) =>
        Prose.Write(FormattableString.Invariant(FormattableStringFactory.Create(
            text.Format, [.. text.GetArguments().Select(part => part is string name ? Printable.Line(name) : part)])));

    /// <summary>An object as a line of JSON.</summary>
    public static void Json(string json) => Console.WriteLine(Printable.Json(json));

    /// <summary>A record as a line of JSON.</summary>
    public static void Json<T>(T record, JsonTypeInfo<T> contract) => Json(JsonSerializer.Serialize(record, contract));
}
