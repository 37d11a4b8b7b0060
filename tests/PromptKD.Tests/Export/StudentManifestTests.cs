using PromptKD.Data.Decoding;
using PromptKD.Export;
using PromptKD.Models.Clip;
using PromptKD.Tests.Runtime;

namespace PromptKD.Tests.Export;

public sealed class StudentManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Manifest => Path.Combine(_folder, "model.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_read_as_it_was_written()
    {
        File.WriteAllText(Manifest, Json());

        Assert.Equal(Json(), StudentManifest.Read(Manifest).ToJson());
    }

    [Theory]
    [InlineData("\"red star\"", "null", "null where a value belongs")]
    [InlineData(
        "\"visionWidth\": 768", "\"visionWidth\": 2000000000", "visionWidth is 2000000000, expected 1 to 65536")]
    [InlineData("\"visionWidth\": 768", "\"visionWidth\": 0", "visionWidth is 0")]
    [InlineData("\"visionHeads\": 12", "\"visionHeads\": 0", "visionHeads is 0")]
    [InlineData("\"visionHeads\": 12", "\"visionHeads\": 7", "7 attention heads do not divide")]
    [InlineData("\"patchSize\": 16", "\"patchSize\": 0", "patchSize is 0")]
    [InlineData("\"patchSize\": 16", "\"patchSize\": -16", "patchSize is -16")]
    [InlineData("\"visionLayers\": 12", "\"visionLayers\": 100000000", "visionLayers is 100000000")]
    [InlineData("\"imageSize\": 224", "\"imageSize\": 99999999999", "model.json: damaged: ")]
    [InlineData("\"promptLength\": 4", "\"promptLength\": -4", "promptLength is -4")]
    [InlineData("\"promptDepth\": 9", "\"promptDepth\": -1", "promptDepth is -1")]
    [InlineData("\"teacherEmbedding\": 512", "\"teacherEmbedding\": 0", "teacherEmbedding is 0")]
    [InlineData("\"size\": 224", "\"size\": 0", "its preprocessing cannot be meant")]
    [InlineData("\"size\": 224", "\"size\": 225", "pictures are 225 pixels wide, but the tower takes 224")]
    [InlineData("\"red\": 0.26862955", "\"red\": 0", "its preprocessing cannot be meant")]
    [InlineData("\"architecture\": {", "\"architecture\": null, \"other\": {", "model.json: damaged: ")]
    public void What_no_student_has_is_one_line(string found, string changed, string reason)
    {
        Assert.Contains(found, Json(), StringComparison.Ordinal);
        File.WriteAllBytes(Manifest, SealedAnew.Of(Json().Replace(found, changed, StringComparison.Ordinal)));

        var error = Assert.Throws<PromptKDException>(() => StudentManifest.Read(Manifest));

        Assert.StartsWith(Manifest, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"classNames\": [\"\\ud800\"]}")]
    public void What_is_no_manifest_is_one_line(string json)
    {
        File.WriteAllText(Manifest, json);

        Assert.Throws<PromptKDException>(() => StudentManifest.Read(Manifest));
    }

    [Fact]
    public void Nesting_without_end_is_one_line()
    {
        File.WriteAllText(Manifest, new string('[', 100_000));

        Assert.Throws<PromptKDException>(() => StudentManifest.Read(Manifest));
    }

    [Fact]
    public void What_cannot_be_opened_is_one_line()
    {
        Directory.CreateDirectory(Manifest);

        Assert.Throws<PromptKDException>(() => StudentManifest.Read(Manifest));
    }

    [Fact]
    public void A_package_cannot_ask_for_more_than_its_tensors_fill()
    {
        File.WriteAllText(Manifest, Json());
        File.WriteAllBytes(Path.Combine(_folder, "student.safetensors"), new byte[1000]);

        var error = Assert.Throws<PromptKDException>(() => StudentPackage.Read(
            _folder, StudentManifest.Read(Manifest), PromptKD.Runtime.ComputeTarget.Resolve("cpu", "fp32")));

        Assert.Contains("has 1000 bytes, but model.json beside it says", error.Message, StringComparison.Ordinal);
    }

    private static string Json() => new StudentManifest
    {
        Architecture = ClipArchitecture.VitB16,
        PromptLength = 4,
        PromptDepth = 9,
        TeacherEmbedding = 512,
        LogitScale = 100,
        ClassNames = ["red star", "blue moon"],
        Templates = ["a photo of a {}."],
        Preprocessing = new Preprocessing(),
        Precision = "fp32",
        Inputs = new Dictionary<string, string> { ["student"] = "abc" },
        Training = new StudentTraining(10, 0, 1, 8, 0.005, 1000, 1, 1, 0.5),
    }.ToJson();
}
