using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class SealedJsonTests : IDisposable
{
    private const string Remedy = "Copy it again.";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string File => Path.Combine(_folder, "note.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Comes_back_as_it_was_written()
    {
        var note = new Note("café", 3, ["a", "b"]);
        System.IO.File.WriteAllText(File, SealedJson.Write(note, TestJson.Indented.Note));

        Note read = SealedJson.Read(File, Remedy, TestJson.Indented.Note);

        Assert.Equal(("café", 3), (read.Name, read.Number));
        Assert.Equal(["a", "b"], read.Names);
        Assert.Equal(SealedJson.Write(note, TestJson.Indented.Note), SealedJson.Write(read, TestJson.Indented.Note));
    }

    [Fact]
    public void Any_bit_that_is_another_is_found()
    {
        byte[] whole = Encoding.UTF8.GetBytes(SealedJson.Write(new Note("owl", 7, ["x"]), TestJson.Indented.Note));
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            RefusesWhatIsNot(damaged);
        }
    }

    [Fact]
    public void Any_length_that_is_another_is_found()
    {
        byte[] whole = Encoding.UTF8.GetBytes(SealedJson.Write(new Note("owl", 7, ["x"]), TestJson.Indented.Note));
        for (int length = 0; length < whole.Length; length++)
        {
            RefusesWhatIsNot(whole[..length]);
        }

        RefusesWhatIsNot([.. whole, (byte)'\n']);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"name": null, "number": 1, "names": []}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_file_without_a_digest_may_hold_no_null(string json)
    {
        System.IO.File.WriteAllText(File, json);

        var error = Assert.Throws<PromptKDException>(() => SealedJson.ReadAny(File, Remedy, TestJson.Indented.Note));

        Assert.StartsWith($"{File}: damaged: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private void RefusesWhatIsNot(byte[] damaged)
    {
        System.IO.File.WriteAllBytes(File, damaged);

        var error = Assert.Throws<PromptKDException>(() => SealedJson.Read(File, Remedy, TestJson.Indented.Note));

        Assert.StartsWith($"{File}: damaged: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(Remedy, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
