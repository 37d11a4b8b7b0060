using System.Text;
using PromptKD.Configuration;

namespace PromptKD.Tests.Configuration;

/// <summary>Settings in files: in which encoding, and where there is none.</summary>
public sealed class YamlFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(new byte[] { 0xE9 }, "the byte 0xE9 is not UTF-8")] // é of Windows.
    [InlineData(new byte[] { 0xC3, 0x28 }, "the byte 0xC3 is not UTF-8")]
    public void A_file_in_another_encoding_is_refused(byte[] letter, string expected)
    {
        string path = Path.Combine(_folder, "a.yaml");
        File.WriteAllBytes(path, [.. "OUTPUT_DIR: caf"u8, .. letter, .. " au lait\n"u8]);

        var error = Assert.Throws<PromptKDException>(() => YamlReader.MergeFile(new ExperimentConfig(), path));

        Assert.Equal($"{path}: {expected}. Save the file as UTF-8.", error.Message);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_file_with_a_byte_order_mark_is_read_by_it(string encoding)
    {
        string path = Path.Combine(_folder, "a.yaml");
        File.WriteAllText(path, "OUTPUT_DIR: café\n", Encoding.GetEncoding(encoding));

        Assert.Equal("café", YamlReader.MergeFile(new ExperimentConfig(), path).OutputDir);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        string path = Path.Combine(_folder, "such.yaml");
        Assert.Equal(
            $"No configuration file at '{path}'.",
            Assert.Throws<PromptKDException>(() => new ExperimentConfig().MergeFile(path)).Message);
    }

    [Theory]
    [InlineData("trainer/CoOp/a.yaml", "trainer", " Did you mean trainers? There are also datasets.")]
    [InlineData("datasets/x/y/a.yaml", "x", "")]
    public void A_missing_folder_is_named_with_those_beside_it(string file, string missing, string suggestion)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "datasets"));
        Directory.CreateDirectory(Path.Combine(_folder, "trainers", "CoOp"));
        string path = $"{_folder}/{file}";
        string parent = Path.GetDirectoryName(path[..(path.IndexOf($"/{missing}/", StringComparison.Ordinal) + 1)])!;

        Assert.Equal(
            $"No configuration file at '{path}'. There is no folder '{missing}' in '{parent}'.{suggestion}",
            Assert.Throws<PromptKDException>(() => new ExperimentConfig().MergeFile(path)).Message);
    }

    [Fact]
    public void A_missing_file_suggests_those_beside_it()
    {
        Array.ForEach(
            ["dtd.yaml", "eurosat.yaml", "food101.yaml", "sun397.yaml", "ucf101.yaml", "a.yaml", "readme.md"],
            name => File.WriteAllText(Path.Combine(_folder, name), ""));
        string path = Path.Combine(_folder, "eurosta.yaml");

        Assert.Equal(
            $"No configuration file at '{path}'. Did you mean eurosat.yaml? There are also a.yaml, dtd.yaml, "
            + "food101.yaml, sun397.yaml and 1 more.",
            Assert.Throws<PromptKDException>(() => new ExperimentConfig().MergeFile(path)).Message);
    }
}
