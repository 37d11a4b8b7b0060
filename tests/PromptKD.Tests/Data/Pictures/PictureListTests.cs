using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Pictures;

public sealed class PictureListTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_a_text_that_other_programs_unpack_and_hash()
    {
        var list = PictureList.Of(["a.png\t1\tff", "é.png\tunreadable"]);

        list.Keep(_folder);

        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("a.png\t1\tff\né.png\tunreadable"))),
            list.Digest);
        Assert.Equal("a.png\t1\tff\né.png\tunreadable", Unzip(Path.Combine(_folder, PictureList.FileName)));
        Assert.Equal(["a.png\t1\tff", "é.png\tunreadable"], PictureList.ReadIfAny(_folder, list.Digest)!.Lines);
    }

    [Fact]
    public void Is_none_where_it_is_of_other_pictures_or_damaged_or_not_there()
    {
        var list = PictureList.Of(["a.png\t1\tff"]);
        Assert.Null(PictureList.ReadIfAny(_folder, list.Digest));
        list.Keep(_folder);
        string path = Path.Combine(_folder, PictureList.FileName);
        byte[] whole = File.ReadAllBytes(path);

        Assert.Null(PictureList.ReadIfAny(_folder, PictureList.Of(["b.png\t1\tff"]).Digest));
        for (int place = 0; place < whole.Length; place++)
        {
            byte[] damaged = [.. whole];
            damaged[place] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            PictureList? read = PictureList.ReadIfAny(_folder, list.Digest);
            Assert.True(read is null || read.Lines.SequenceEqual(list.Lines)); // A header has bytes that say nothing.
        }

        list.Keep(_folder);
        Assert.NotNull(PictureList.ReadIfAny(_folder, list.Digest));
    }

    [Fact]
    public void Says_what_is_wrong_with_it()
    {
        var list = PictureList.Of([.. Enumerable.Range(0, 40).Select(one => $"{one}.png\t{one}\tff")]);
        string path = Path.Combine(_folder, PictureList.FileName);
        Assert.Null(PictureList.FindFault(_folder, list.Digest));
        Assert.Null(PictureList.FindFault(Path.Combine(_folder, "none"), list.Digest));
        list.Keep(_folder);
        byte[] whole = File.ReadAllBytes(path);
        Assert.Null(PictureList.FindFault(_folder, list.Digest));
        Assert.Null(PictureList.FindFault(_folder, list.ContentDigest));

        string other = PictureList.Of(["b.png\t1\tff"]).Digest;
        Assert.Equal($"{path}: damaged, or of other pictures", PictureList.FindFault(_folder, other));
        Assert.Null(PictureList.FindFault(_folder, digest: null));
        foreach (int length in Enumerable.Range(0, whole.Length))
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal($"{path}: damaged", PictureList.FindFault(_folder, digest: null));
        }

        File.Delete(path);
        Directory.CreateDirectory(path);
        Assert.Equal($"{path}: a folder, not a file", PictureList.FindFault(_folder, list.Digest));
    }

    [Fact]
    public void Differs_by_what_is_new_gone_and_changed()
    {
        var before = PictureList.Of(["a\t1\tx", "b\t1\tx", "c\t1\tx", "t/1\t1\tx", "t/1\t1\ty"]);

        Assert.Equal(
            ["changed b", "gone c", "new d", "changed t/1"],
            PictureChanges.Between(
                before, PictureList.Of(["a\t1\tx", "b\t2\tx", "d\t1\tx", "t/1\t1\tx", "t/1\t1\tz"])).Changes);
        Assert.Equal(
            "the same pictures in another order",
            PictureChanges.Between(
                before, PictureList.Of(["b\t1\tx", "a\t1\tx", "c\t1\tx", "t/1\t1\tx", "t/1\t1\ty"])).Describe());
        Assert.Equal(
            "new 0, new 1, new 2, new 3, new 4 and 2 more",
            PictureChanges.Between(
                PictureList.Of([]),
                PictureList.Of([.. Enumerable.Range(0, 7).Select(one => $"{one}\t1\tx")])).Describe());
    }

    private static string Unzip(string path)
    {
        using var program = Process.Start(
            new ProcessStartInfo("gzip", ["-dc", path]) { RedirectStandardOutput = true })!;
        string text = program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        return text;
    }
}
