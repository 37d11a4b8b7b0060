using System.Text.Json.Serialization;
using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

/// <summary>Records that tests write as JSON.</summary>
[JsonSerializable(typeof(Note))]
[JsonSerializable(typeof(Numbers))]
[JsonSerializable(typeof(Gap))]
[JsonSerializable(typeof(Preprocessing))]
[JsonSerializable(typeof(Sheet))]
internal sealed partial class TestJson : JsonSerializerContext
{
    public static TestJson Lines { get; } = new(RecordJson.Lines(PictureWords.All));

    public static TestJson Indented { get; } = new(RecordJson.Indented(PictureWords.All));
}

internal sealed record Note(string Name, int Number, IReadOnlyList<string> Names);

internal sealed record Numbers(double Wide, float Narrow, double? Maybe);

internal sealed record Gap([property: Gaps] IReadOnlyList<string?> MayLack, IReadOnlyList<Note> Notes);

internal sealed record Sheet
{
    public required string Name { get; init; }

    public required int Number { get; init; }

    public IReadOnlyList<Part> Parts { get; init; } = [];
}

internal sealed record Part
{
    public required double Side { get; init; }
}
