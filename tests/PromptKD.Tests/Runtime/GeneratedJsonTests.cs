using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PromptKD.Export;
using PromptKD.Export.Onnx;

namespace PromptKD.Tests.Runtime;

/// <summary>
/// What the source generator makes of our records, beside what the serializer finds in them by reflection: the digests
/// of files depend on names and order.
/// </summary>
public sealed class GeneratedJsonTests
{
    private static readonly Assembly[] s_assemblies =
        [typeof(Experiment).Assembly, typeof(OnnxDescription).Assembly, typeof(PromptKDException).Assembly];

    public static TheoryData<string> Records =>
        [.. Contexts().SelectMany(
            context => RecordsOf(context).Select(record => $"{context.GetType().Name}: {record.FullName}")).Distinct()];

    [Fact]
    public void There_are_contexts() => Assert.True(Contexts().Count() >= 8);

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_is_written_as_by_reflection(string record)
    {
        JsonSerializerContext context = Contexts().First(
            one => record.StartsWith($"{one.GetType().Name}: ", StringComparison.Ordinal));
        Type type = RecordsOf(context).Single(one => record.EndsWith($": {one.FullName}", StringComparison.Ordinal));
        var reflected =
            new JsonSerializerOptions(context.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

        Assert.Equal(NamesOf(reflected.GetTypeInfo(type)), NamesOf(context.GetTypeInfo(type)!));
    }

    [Fact]
    public void Packages_from_before_a_key_was_written_have_its_default()
    {
        StudentManifest read = JsonSerializer.Deserialize(
            """
            {"format": "promptkd-student", "version": 1, "architecture": {"imageSize": 16, "patchSize": 8, "visionWidth": 8,
            "visionLayers": 1, "visionHeads": 1, "embeddingSize": 8, "textWidth": 8, "textLayers": 1, "textHeads": 1},
            "promptLength": 0, "promptDepth": 0, "teacherEmbedding": 8, "logitScale": 1, "classNames": [], "templates": [],
            "preprocessing": {}, "precision": "fp32", "inputs": {}, "training": {"pictures": 1, "skippedPictures": 0, "epochs": 1,
            "batchSize": 1, "learningRate": 1, "lossWeight": 1, "temperature": 1, "seed": 1, "agreement": 1}}
            """,
            ManifestJson.Indented.StudentManifest)!;

        Assert.Equal(2, read.ProjectorLayers);
        Assert.Empty(read.Files);
        Assert.Empty(read.Training!.LeftOut);
        Assert.False(PromptKD.Runtime.RecordNulls.AreIn(read, ManifestJson.Indented.Options));
    }

    private static IEnumerable<JsonSerializerContext> Contexts() =>
        from assembly in s_assemblies
        from type in assembly.GetTypes()
        where type.IsSubclassOf(typeof(JsonSerializerContext))
        let made = type.GetProperty("Lines") ?? type.GetProperty("Indented") ?? type.GetProperty("Default")
        select (JsonSerializerContext)made.GetValue(null)!;

    private static IEnumerable<Type> RecordsOf(JsonSerializerContext context) =>
        from property in context.GetType().GetProperties()
        where property.PropertyType.IsGenericType
            && property.PropertyType.GetGenericTypeDefinition() == typeof(JsonTypeInfo<>)
        select property.PropertyType.GetGenericArguments()[0] into type
        where type.Namespace!.StartsWith("PromptKD", StringComparison.Ordinal) && !type.IsEnum
        select type;

    private static string[] NamesOf(JsonTypeInfo contract) =>
        [.. contract.Properties.Where(one => one.Get is not null).OrderBy(one => one.Order).Select(one => one.Name)];
}
