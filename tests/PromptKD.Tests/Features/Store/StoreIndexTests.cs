using System.Reflection;
using System.Text.Json;
using PromptKD.Data.Decoding;
using PromptKD.Features.Store;
using PromptKD.Tests.Runtime;

namespace PromptKD.Tests.Features.Store;

public sealed class StoreIndexTests : IDisposable
{
    private static readonly StoreIndex s_index = new()
    {
        Teacher = "teacher",
        TeacherPrompts = "none",
        RoundPromptsToHalf = false,
        Pictures = "pictures",
        PictureCount = 5,
        Preprocessing = new Preprocessing(),
        FastJpeg = false,
        Views = new ViewGenerator(Seed: 4),
        ViewCount = 3,
        Precision = "fp32",
        EmbeddingSize = 8,
        PicturesPerShard = 2,
        BatchSize = 2,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    /// <summary>Every value that an index holds, also within its records: "Preprocessing.Mean.Red".</summary>
    public static TheoryData<string> Values => [.. Variants(s_index).Select(variant => variant.Path)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Values))]
    public void Refuses_a_store_that_differs_in_any_value(string path)
    {
        var other = (StoreIndex)Variants(s_index).Single(variant => variant.Path == path).Copy;
        string key = JsonNamingPolicy.CamelCase.ConvertName(path.Split('.')[0]);

        var here = Assert.Throws<PromptKDException>(() => s_index.RefuseOther("store", other));
        var there = Assert.Throws<PromptKDException>(() => other.RefuseOther("store", s_index));

        string start = $"The teacher store store was made from another '{key}': ";
        Assert.StartsWith(start, here.Message, StringComparison.Ordinal);
        Assert.StartsWith(start, there.Message, StringComparison.Ordinal);
        Assert.NotEqual(s_index.Digest, other.Digest);
    }

    [Fact]
    public void Accepts_a_store_of_the_same()
    {
        s_index.RefuseOther("store", JsonSerializer.Deserialize<StoreIndex>(JsonSerializer.Serialize(s_index))!);
        s_index.RefuseOther("store", s_index with { });
    }

    [Fact]
    public void Knows_every_way_to_prepare_pictures()
    {
        string[] paths = [.. Variants(s_index).Select(variant => variant.Path)];

        Assert.Superset(
            new HashSet<string>
            {
                "Teacher",
                "Preprocessing.Size",
                "Preprocessing.Interpolation",
                "Preprocessing.ResizeMode",
                "Preprocessing.Upright",
                "Preprocessing.Scale16Bit",
                "Preprocessing.Mean.Green",
                "Preprocessing.Std.Blue",
                "Views.Seed",
                "Views.FlipProbability",
            },
            paths.ToHashSet());
    }

    [Fact]
    public void A_store_on_disk_takes_pictures_prepared_in_one_way_only()
    {
        Preprocessing before = s_index.Preprocessing;
        TeacherStore.OpenOrBegin(_folder, s_index);
        (Preprocessing Other, string Message)[] others =
        [
            (before with { ResizeMode = ResizeMode.Squash }, "make this one anew"),
            (before with { Interpolation = Interpolation.Bilinear }, "make this one anew"),
            (before with { Mean = before.Mean with { Blue = 0.5f } }, "make this one anew"),
            (before with { Upright = true }, "not turned upright: give INPUT.UPRIGHT False to go with it"),
            (before with { Scale16Bit = true }, "\"scale16Bit\":true"),
        ];

        TeacherStore.OpenOrBegin(_folder, s_index with { Preprocessing = new Preprocessing() });
        foreach ((Preprocessing other, string message) in others)
        {
            var error = Assert.Throws<PromptKDException>(
                () => TeacherStore.OpenOrBegin(_folder, s_index with { Preprocessing = other }));
            Assert.Contains("another 'preprocessing'", error.Message, StringComparison.Ordinal);
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"picturesPerShard\": [0-9]+", "\"picturesPerShard\": 0", "picturesPerShard is 0, expected 1 to ")]
    [InlineData("\"picturesPerShard\": [0-9]+", "\"picturesPerShard\": -5", "picturesPerShard is -5, expected 1 to ")]
    [InlineData("\"pictureCount\": [0-9]+", "\"pictureCount\": -1", "pictureCount is -1, expected 1 to ")]
    [InlineData("\"viewCount\": [0-9]+", "\"viewCount\": 2000000000", "viewCount is 2000000000, expected 1 to ")]
    [InlineData("\"embeddingSize\": [0-9]+", "\"embeddingSize\": 0", "embeddingSize is 0, expected 1 to ")]
    [InlineData("\"views\": \\{", "\"views\": null, \"other\": {", "index.json: damaged: ")]
    [InlineData("(?s).*", "null", "index.json: damaged: ")]
    public void What_no_store_has_is_one_line(string found, string changed, string reason)
    {
        string path = Path.Combine(_folder, StoreIndex.FileName);
        File.WriteAllBytes(
            path, SealedAnew.Of(new System.Text.RegularExpressions.Regex(found).Replace(s_index.ToJson(), changed, 1)));

        var error = Assert.Throws<PromptKDException>(() => StoreIndex.Read(_folder));

        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Copies of a record, each of which differs from it in one value.</summary>
    private static IEnumerable<(string Path, object Copy)> Variants(object record) =>
        from property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.CanWrite
        let value = property.GetValue(record)
        from variant in Other(value) is { } other
            ? [(Path: "", Copy: other)]
            : Variants(value!)
        select (
            variant.Path.Length == 0 ? property.Name : $"{property.Name}.{variant.Path}",
            With(record, property, variant.Copy));

    /// <summary>
    /// Another value of a simple type; null for a record of ours, whose values are varied one by one.
    /// </summary>
    private static object? Other(object? value) => value switch
    {
        string text => text + "x",
        bool flag => !flag,
        int number => number + 1,
        long number => number + 1,
        float number => number + 0.25f,
        double number => number + 0.25,
        Enum choice => Enum.GetValues(choice.GetType()).Cast<object>().First(one => !one.Equals(choice)),
        null => 300,
        _ when value.GetType().FullName!.StartsWith("PromptKD.", StringComparison.Ordinal) => null,
        _ => throw new NotSupportedException($"Say here what another {value.GetType()} is."),
    };

    private static object With(object record, PropertyInfo property, object value)
    {
        MethodInfo clone = typeof(object).GetMethod("MemberwiseClone", BindingFlags.NonPublic | BindingFlags.Instance)!;
        object copy = clone.Invoke(record, null)!;
        property.SetValue(copy, value);
        return copy;
    }
}
