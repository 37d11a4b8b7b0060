using System.Text.RegularExpressions;
using PromptKD.Golden;
using PromptKD.Runtime;
using PromptKD.Tests.Data.Pictures;

namespace PromptKD.Tests.Runtime;

public sealed partial class RegularFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_read_as_it_is_also_through_a_link_and_without_content()
    {
        string path = Path.Combine(_folder, "file"), link = Path.Combine(_folder, "link");
        string empty = Path.Combine(_folder, "empty");
        File.WriteAllText(path, "one\ntwo\n");
        File.CreateSymbolicLink(link, path);
        File.WriteAllBytes(empty, []);

        Assert.Equal("one\ntwo\n", RegularFile.ReadAllText(link));
        Assert.Equal(["one", "two"], RegularFile.ReadLines(path));
        Assert.Equal("one\ntwo\n"u8.ToArray(), RegularFile.ReadAllBytes(path));
        using FileStream stream = RegularFile.Open(path);
        Assert.Equal(8, stream.Length);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere what is empty cannot be told from a pipe.");
        Assert.Empty(RegularFile.ReadAllText(empty));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("one\ntwo")]
    [InlineData("one\r\n\r\ntwo\r\n")]
    [InlineData("one\rtwo\r\rthree\n\n")]
    public void Lines_are_those_of_the_framework(string text)
    {
        // Behind and amid what is read at once: 16,384 letters.
        foreach (int before in new[] { 0, 16_380, 16_381, 16_382, 16_383, 16_384 })
        {
            string path = Path.Combine(_folder, "lines");
            File.WriteAllText(path, new string('x', before) + text);

            Assert.Equal(File.ReadLines(path), RegularFile.ReadLines(path));
        }
    }

    [Fact]
    public void A_line_without_end_is_not_read_to_its_end()
    {
        string path = Path.Combine(_folder, "endless");
        File.WriteAllText(path, new string('x', 5_000_000));

        var error = Assert.Throws<IOException>(() => RegularFile.ReadLines(path).Any());

        Assert.Equal("A line has more than 4194304 letters: it is no text of lines.", error.Message);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_none_is_not_waited_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs named pipes that are files.");
        (string Path, string Reason)[] special =
            [.. SpecialFiles.Make(_folder).Where(one => one.Reason != "the file is empty")];

        await Task.Run(
            () => Assert.All(special, one =>
            {
                var error = Assert.Throws<PromptKDException>(
                    () => RegularFile.Explain(one.Path, RegularFile.ReadAllBytes));
                Assert.Equal($"{one.Path}: {one.Reason}.", error.Message);
                Assert.ThrowsAny<IOException>(() => RegularFile.Open(one.Path));
                Assert.ThrowsAny<IOException>(() => RegularFile.OpenHandle(one.Path));
                Assert.ThrowsAny<IOException>(() => RegularFile.ReadAllText(one.Path));
                Assert.ThrowsAny<IOException>(() => RegularFile.ReadLines(one.Path));
            }),
            TestContext.Current.CancellationToken);
    }

    /// <summary>What reads a file of a user's by another way would wait for a pipe's other end.</summary>
    [Fact]
    public void Is_how_the_library_and_the_program_open_what_they_read()
    {
        // Tables of the kernel's, the library's own native code, and what is opened to be written, to see who holds it.
        string[] others =
        [
            "RegularFile.cs", "DeviceMemory.cs", "StopSignal.cs", "Surroundings.cs", "ProcessPlace.cs",
            "LibTorchLoader.cs",
            "Remains.cs",
        ];
        IEnumerable<string> sources = Directory.EnumerateFiles(
            Path.Combine(ProjectFolder.Root, "src"), "*.cs", SearchOption.AllDirectories);

        Assert.All(sources.Where(path => !others.Contains(Path.GetFileName(path))), path =>
            Assert.DoesNotMatch(Opening(), File.ReadAllText(path)));
        Assert.Matches(Opening(), "using FileStream stream = File.OpenRead(path);");
        Assert.Matches(Opening(), "new FileStream(\n            path, FileMode.Open, FileAccess.Read)");
    }

    [GeneratedRegex(
        @"(?<!\w)File\.(Open(Read|Text|Handle)?|ReadAll\w+|ReadLines\w*)\(|FileMode\.Open,|new StreamReader\((path|file)\)")]
    private static partial Regex Opening();
}
