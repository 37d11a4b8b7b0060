using System.Formats.Tar;
using System.Text;
using CsCheck;
using PromptKD.Data.Shards;

namespace PromptKD.Tests.Data.Shards;

public sealed class TarArchiveTests
{
    private static readonly byte[] s_content = [1, 2, 3];

    [Theory]
    [InlineData("00000000003\0")]
    [InlineData("          3 ")]
    [InlineData("\0\0\0\0\0\0\0\0\0\u0033\0\0")]
    [InlineData("\u0080\0\0\0\0\0\0\0\0\0\0\u0003")] // Base 256, as GNU tar writes what octal digits have no room for.
    public void Reads_sizes_as_all_programs_write_them(string size) =>
        Assert.Equal([new TarMember("one.jpg", TarMemberKind.File, 512, 3)], List(Member("one.jpg", size: size)));

    [Theory]
    [InlineData(108, "\u0080\0\0\0\u007F\u00FF\u00FF\u00FF")] // Owner: beyond 2^31, of a mapped file system.
    [InlineData(116, "\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FE")] // Group: -2, "nobody" of some systems.
    [InlineData(136, "\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u0000")] // Before 1970.
    [InlineData(136, "\u0080\u0000\u0000\u0000\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u0000")] // Beyond the year 9999.
    [InlineData(136, "not a time!!")]
    [InlineData(100, "????????")]
    public void Owners_modes_and_times_do_not_matter(int place, string value) =>
        Assert.Equal("one.jpg", Assert.Single(List(Member("one.jpg", change: block => Put(block, place, value)))).Name);

    [Fact]
    public void Takes_names_and_sizes_from_PAX_headers()
    {
        byte[] archive =
        [
            .. Extension('g', "21 comment=a comment\n"),
            .. Extension('x', "20 path=a/café.jpg\n9 size=3\n"),
            .. Member("short", size: "77777777777\0"),
            .. Member("two.jpg"),
        ];

        Assert.Equal(["a/café.jpg", "two.jpg"], List(archive).Select(member => member.Name));
    }

    [Fact]
    public void Takes_long_names_of_GNU_and_prefixes_of_POSIX()
    {
        string name = new('n', 200);
        byte[] archive =
        [
            .. Extension('L', $"{name}\0"),
            .. Member("cut"),
            .. Member("b.jpg", change: block =>
            {
                Put(block, 257, "ustar\000");
                Put(block, 345, "a/long/prefix");
            }),
            .. Member("c.jpg", change: block =>
            {
                Put(block, 257, "ustar  \0");
                Put(block, 345, "13000000000\0"); // A time of GNU's.
            }),
        ];

        Assert.Equal([name, "a/long/prefix/b.jpg", "c.jpg"], List(archive).Select(member => member.Name));
    }

    [Fact]
    public void A_hard_link_is_the_file_that_it_names_and_a_symbolic_one_is_none()
    {
        byte[] archive =
        [
            .. Member("a.jpg"),
            .. Member("b.jpg", '1', change: block => Put(block, 157, "a.jpg"), content: []),
            .. Member("c.jpg", '1', change: block => Put(block, 157, "/etc/passwd"), content: []),
            .. Member("d.jpg", '2', change: block => Put(block, 157, "a.jpg"), content: []),
        ];

        Assert.Equal(
            [
                new TarMember("a.jpg", TarMemberKind.File, 512, 3),
                new TarMember("b.jpg", TarMemberKind.File, 512, 3),
                new TarMember("c.jpg", TarMemberKind.Other, 2048, 0),
                new TarMember("d.jpg", TarMemberKind.Other, 2560, 0),
            ],
            List(archive));
    }

    [Fact]
    public void Sparse_files_are_told_from_others()
    {
        byte[] archive =
        [
            .. Member("old.jpg", 'S', change: block => block[482] = 1, content: [.. new byte[512], .. s_content]),
            .. Extension('x', "22 GNU.sparse.major=1\n34 GNU.sparse.name=path/of/it.jpg\n"),
            .. Member("GNUSparseFile.1/it.jpg"),
            .. Member("next.jpg"),
        ];

        Assert.Equal(
            [("old.jpg", TarMemberKind.Sparse), ("path/of/it.jpg", TarMemberKind.Sparse), ("next.jpg", TarMemberKind.File)],
            List(archive).Select(member => (member.Name, member.Kind)));
    }

    [Fact]
    public void Goes_on_behind_the_end_of_an_archive_to_which_another_was_added()
    {
        byte[] end = new byte[1024];

        Assert.Equal(2, List([.. Member("a.jpg"), .. end, .. Member("b.jpg"), .. end, 1, .. new byte[511]]).Count);
    }

    // A member takes 1,024 bytes, and the zeros behind the last one end the archive. GNU tar ends with an error where
    // the last file is not filled up, says "A lone zero block" behind 2,560 and 2,700 bytes, and nothing behind 2,048.
    [Theory]
    [InlineData(1539, false)]
    [InlineData(2000, false)]
    [InlineData(2048, false)]
    [InlineData(2560, true)]
    [InlineData(2700, true)]
    [InlineData(3072, true)]
    [InlineData(10_240, true)]
    public void Knows_whether_it_ends_as_archives_do(int length, bool expected)
    {
        byte[] whole = [.. Member("a.jpg"), .. Member("b.jpg"), .. new byte[8192]];
        var archive = TarArchive.Of(new MemoryStream(whole[..length]), TestContext.Current.CancellationToken);

        Assert.Equal(["a.jpg", "b.jpg"], archive.Members().Select(member => member.Name));
        Assert.Equal(expected, archive.HasItsEnd);
    }

    [Fact]
    public void Stops_where_nothing_but_zeros_comes()
    {
        var archive = TarArchive.Of(new MemoryStream(new byte[8192]), new CancellationToken(canceled: true));

        Assert.Throws<OperationCanceledException>(() => archive.Members().Count());
    }

    [Theory]
    [InlineData("-0000000003\0", "the size of a member is no number")]
    [InlineData(
        "\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FD",
        "the size of a member is no number")]
    [InlineData(
        "\u0080\u007F\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF",
        "the size of a member is no number")]
    [InlineData("\u0080\0\0\0\u007F\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF", "'one.jpg' is cut short")]
    [InlineData("77777777777\0", "'one.jpg' is cut short")]
    public void Refuses_sizes_that_the_file_does_not_have(string size, string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => List(Member("one.jpg", size: size)));

        Assert.Equal(reason, error.Message);
    }

    [Theory]
    [InlineData("5 a=b\n")]
    [InlineData("99 a=b\n")]
    [InlineData("99999999999999999999 a=b\n")]
    [InlineData("-6 a=b\n")]
    [InlineData("6 =ab\n")]
    [InlineData("nothing")]
    public void Refuses_PAX_headers_that_are_none(string records) =>
        Assert.Throws<InvalidDataException>(() => List([.. Extension('x', records), .. Member("a.jpg")]));

    [Fact]
    public void Reads_what_the_libraries_writer_writes_in_every_format()
    {
        foreach (TarEntryFormat format in new[] { TarEntryFormat.V7, TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu })
        {
            using var stream = new MemoryStream();
            using (var writer = new TarWriter(stream, format, leaveOpen: true))
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/one.jpg") { DataStream = new MemoryStream(s_content) });
            }

            TarMember member = Assert.Single(List(stream.ToArray()));
            Assert.Equal("a/one.jpg", member.Name);
            Assert.Equal(s_content, stream.ToArray()[(int)member.Offset..(int)(member.Offset + member.Length)]);
        }
    }

    [Fact]
    public void Any_damage_ends_in_members_within_the_file_or_in_invalid_data()
    {
        byte[] whole =
        [
            .. Extension('x', "20 path=a/café.jpg\n9 size=3\n"),
            .. Member("short"),
            .. Extension('L', "long.jpg\0"),
            .. Member("b"),
            .. Member("s", 'S'), .. new byte[1024],
        ];

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Bool, Gen.Int[1, whole.Length]).Sample(
            (place, value, mendSum, length) =>
            {
                byte[] damaged = [.. whole];
                damaged[place] = value;
                if (mendSum)
                {
                    Sum(damaged.AsSpan(place / 512 * 512, 512));
                }

                try
                {
                    Assert.All(
                        List(damaged[..length]), member => Assert.InRange(member.Offset + member.Length, 0, length));
                }
                catch (InvalidDataException)
                {
                    // As documented.
                }
            },
            iter: 20_000);
    }

    private static List<TarMember> List(byte[] archive) => [.. TarArchive.Of(new MemoryStream(archive)).Members()];

    private static byte[] Extension(char type, string text)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        return Member("extension", type, Convert.ToString(content.Length, 8).PadLeft(11, '0') + "\0", content: content);
    }

    private static byte[] Member(
        string name, char type = '0', string? size = null, Action<byte[]>? change = null, byte[]? content = null)
    {
        byte[] block = new byte[512];
        Put(block, 0, name);
        Put(block, 124, size ?? (content is [] ? "00000000000\0" : "00000000003\0"));
        block[156] = (byte)type;
        change?.Invoke(block);
        Sum(block);
        byte[] bytes = content ?? s_content;
        return [.. block, .. bytes, .. new byte[(512 - (bytes.Length % 512)) % 512]];
    }

    private static void Sum(Span<byte> block)
    {
        block[148..156].Fill((byte)' ');
        int sum = 0;
        foreach (byte value in block)
        {
            sum += value;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[148..]);
    }

    private static void Put(byte[] block, int place, string bytes) =>
        Encoding.Latin1.GetBytes(bytes).CopyTo(block, place);
}
