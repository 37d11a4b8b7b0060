using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class FileGroupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Last => Path.Combine(_folder, "m.onnx");

    private string Beside => Path.Combine(_folder, "m.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void All_files_get_their_names()
    {
        FileGroup.Write(Last, Fill);

        Assert.Equal([Beside, Last], Directory.GetFileSystemEntries(_folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_the_last_one_nothing_new_is_left()
    {
        Directory.CreateDirectory(Last); // No file can take its place.

        var error = Assert.Throws<PromptKDException>(() => FileGroup.Write(Last, Fill));

        Assert.Contains(Last, error.Message, StringComparison.Ordinal);
        Assert.Equal([Last], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_folder_that_is_moved_amid_the_writing_is_not_made_anew()
    {
        string folder = Path.Combine(_folder, "exports"), moved = Path.Combine(_folder, "moved");

        var error = Assert.Throws<PromptKDException>(() => FileGroup.Write(Path.Combine(folder, "m.onnx"), partial =>
        {
            WholeFile.WriteText(Path.Combine(partial, "m.json"), "text");
            Directory.Move(folder, moved);
            WholeFile.WriteText(Path.Combine(partial, "m.onnx"), "graph");
        }));

        Assert.Contains($"the folder '{folder}' was deleted or moved", error.Message, StringComparison.Ordinal);
        Assert.Equal([moved], Directory.GetFileSystemEntries(_folder));
    }

    private static void Fill(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "m.json"), "text");
        File.WriteAllText(Path.Combine(folder, "m.onnx"), "graph");
    }
}
