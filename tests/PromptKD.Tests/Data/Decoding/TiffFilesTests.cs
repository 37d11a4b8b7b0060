using System.Buffers.Binary;
using PromptKD.Data.Decoding;
using PromptKD.Decoders;
using PromptKD.Golden;

namespace PromptKD.Tests.Data.Decoding;

/// <summary>TIFF files that claim more than they have, and what lies in strips and tiles as JPEG or WebP.</summary>
public sealed class TiffFilesTests
{
    private const int Entry = 12;
    private const int MaxBytes = 16 << 20;

    private static readonly string s_folder =
        Path.Combine(ProjectFolder.Root, "tests", "PromptKD.Tests", "Data", "Decoding", "Files");

    public TiffFilesTests() => ExtraDecoders.Register();

    [Theory]
    [InlineData("alpha.tif", 258, 3, "of its bits")]
    [InlineData("palette.tif", 320, 3, "of its colours")]
    [InlineData("turned1.tif", 273, 4, "of its strips")]
    public void A_tag_that_claims_more_than_the_file_has_is_not_made_room_for(
        string name, int tag, int type, string what)
    {
        byte[] file = Bytes(name);
        int place = PlaceOf(file, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(place + 2), (ushort)type);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(place + 4), 0x3fff_ffff);

        Assert.True(Allocated(() => Refusal(file)) < MaxBytes, what);
    }

    [Fact]
    public void A_tag_that_nobody_needs_may_be_damaged_as_for_Pillow()
    {
        // 271 is who made the camera: text, of 2 GB, from the last byte on.
        byte[] file = Bytes("turned1.tif");
        byte[] whole = Pixels(file);
        int place = PlaceOf(file, 284); // Planes: 1, as if it were not there.
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(place), 271);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(place + 2), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(place + 4), int.MaxValue);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(place + 8), file.Length - 1);

        Assert.Equal(whole, Pixels(file));
    }

    [Fact]
    public void More_strips_than_bytes_are_refused_before_they_are_listed()
    {
        byte[] file = Bytes("turned1.tif");
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(PlaceOf(file, 257) + 2), 4);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(PlaceOf(file, 257) + 8), int.MaxValue);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(PlaceOf(file, 278) + 8), 1);

        string? refusal = null;
        Assert.InRange(Allocated(() => refusal = Refusal(file)), 0, MaxBytes);
        Assert.Contains("cannot hold the", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_strip_that_claims_more_bytes_than_the_file_has_is_not_made_room_for()
    {
        byte[] file = Bytes("turned1.tif");
        int place = PlaceOf(file, 279);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(place + 2), 4);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(place + 4), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(place + 8), int.MaxValue);

        Assert.InRange(Allocated(() => Record.Exception(() => Pixels(file))), 0, MaxBytes);
    }

    // Sizes of strips are cut down to the file where they are larger: here that would write into the entry in front.
    [Fact]
    public void Sizes_of_strips_that_lie_in_the_directory_are_refused()
    {
        byte[] file = Bytes("turned1.tif");
        int place = PlaceOf(file, 279);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(place + 2), 4);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(place + 4), 2);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(place + 8), place - Entry);

        Assert.Contains("where its directory is", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_of_a_kind_that_is_not_read_are_refused_before_they_are_allocated()
    {
        // 4000 × 4000 pixels, 64 MB as they are decoded, and 48 MB of samples that nobody reads.
        byte[] file = Bytes("turned1.tif");
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(PlaceOf(file, 256) + 8), 4000);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(PlaceOf(file, 257) + 8), 4000);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(PlaceOf(file, 278) + 8), 4000);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(PlaceOf(file, 262) + 8), 8);

        string? refusal = null;
        Assert.InRange(Allocated(() => refusal = Refusal(file)), 0, 6L * MaxBytes);
        Assert.Contains("CIELAB", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jpeg-strips.tif")]
    [InlineData("jpeg-tiles.tif")]
    [InlineData("jpeg-grey.tif")]
    [InlineData("webp.tif")]
    public void A_damaged_block_is_refused(string name)
    {
        byte[] file = Bytes(name);
        using (var decoder = PictureDecoder.Open(file))
        {
            decoder.Decode().Dispose();
        }

        int start = file.AsSpan().IndexOf(name.StartsWith("jpeg", StringComparison.Ordinal) ? [0xFF, 0xDA] : "VP8"u8);
        file.AsSpan(start, 6).Clear();

        Assert.Contains("damaged TIFF picture", Refusal(file), StringComparison.Ordinal);
    }

    private static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(s_folder, name));

    private static int PlaceOf(byte[] file, int tag)
    {
        int directory = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(directory));
        return Enumerable.Range(0, count).Select(entry => directory + 2 + (entry * Entry))
            .First(place => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(place)) == tag);
    }

    private static long Allocated(Action act)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        act();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Refusal(byte[] file) => Assert.Throws<InvalidDataException>(() => Pixels(file)).Message;

    private static byte[] Pixels(byte[] file)
    {
        using var decoder = PictureDecoder.Open(file);
        using PixelBuffer pixels = decoder.Decode();
        return pixels.Bytes[..(pixels.Width * pixels.Height * PixelBuffer.PixelBytes)].ToArray();
    }
}
