using System.Buffers.Binary;
using System.IO.Hashing;

namespace PromptKD.Fuzz;

/// <summary>Changes the chunks of a PNG file, and makes their checksums right again.</summary>
internal static class PngMutation
{
    private const int Signature = 8;

    // Length and kind before what a chunk holds, and a checksum behind it.
    private const int Head = 8;
    private const int Frame = 12;

    public static byte[] Apply(Random random, byte[] whole, byte[] donor)
    {
        List<byte[]> chunks = Split(whole);
        if (chunks.Count == 0)
        {
            return ByteMutation.Apply(random, whole, donor);
        }

        int place = random.Next(chunks.Count);
        byte[] chunk = chunks[place];
        switch (random.Next(6))
        {
            case 0:
                chunks.RemoveAt(place);
                break;
            case 1:
                chunks.Insert(random.Next(chunks.Count + 1), chunk);
                break;
            case 2:
                chunks[place] = Sealed([.. chunk.AsSpan(0, 4), .. chunks[random.Next(chunks.Count)].AsSpan(4, 4)],
                    chunk.AsSpan(Head..^4));
                break;
            default:
                chunks[place] = Sealed(
                    chunk.AsSpan(0, Head), ByteMutation.Apply(random, chunk[Head..^4], donor));
                break;
        }

        return [.. whole.AsSpan(0, Signature), .. chunks.SelectMany(bytes => bytes)];
    }

    private static List<byte[]> Split(byte[] whole)
    {
        List<byte[]> chunks = [];
        int start = Signature;
        while (start + Frame <= whole.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(whole.AsSpan(start));
            if (length > whole.Length - start - Frame)
            {
                break;
            }

            int end = start + Frame + (int)length;
            chunks.Add(whole[start..end]);
            start = end;
        }

        return chunks;
    }

    private static byte[] Sealed(ReadOnlySpan<byte> head, ReadOnlySpan<byte> content)
    {
        byte[] chunk = [.. head, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(^4..), Crc32.HashToUInt32(chunk.AsSpan(4..^4)));
        return chunk;
    }
}

/// <summary>Changes the entries of a TIFF file's first directory: tags, types, counts and values.</summary>
internal static class TiffMutation
{
    private const int EntryBytes = 12;
    private const int HeaderBytes = 8;

    // Sizes, bits, compressions, meanings, strips, tiles, planes, samples, JPEG's tables, subsampling, orientation.
    private static readonly ushort[] s_tags =
    [
        256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 338,
        339, 347, 512, 513, 514, 519, 520, 521, 529, 530, 531, 532, 32_997, 34_675,
    ];

    private static readonly ushort[] s_compressions =
        [1, 2, 3, 4, 5, 6, 7, 8, 32_766, 32_771, 32_773, 32_809, 32_946, 34_676, 34_677, 34_712, 34_925, 50_000, 50_001];

    private static readonly uint[] s_values =
        [0, 1, 2, 3, 4, 5, 6, 8, 9, 12, 16, 24, 32, 64, 255, 4096, 65_535, 65_536, 1 << 20, int.MaxValue, uint.MaxValue];

    public static byte[] Apply(Random random, byte[] whole)
    {
        byte[] bytes = [.. whole];
        bool isLittle = bytes[0] == 'I';
        uint directory = Read32(bytes, 4, isLittle);
        if (directory < HeaderBytes || directory + 2L > bytes.Length)
        {
            return ByteMutation.Apply(random, whole, whole);
        }

        int count = Math.Min(
            Read16(bytes, (int)directory, isLittle), (bytes.Length - (int)directory - 2) / EntryBytes);
        for (int round = random.Next(1, 4); round > 0 && count > 0; round--)
        {
            Change(random, bytes, (int)directory + 2 + (EntryBytes * random.Next(count)), isLittle);
        }

        return bytes;
    }

    private static void Change(Random random, byte[] bytes, int entry, bool isLittle)
    {
        bool isCompression = Read16(bytes, entry, isLittle) == 259;
        switch (random.Next(8))
        {
            case 0:
                Write16(bytes, entry, s_tags[random.Next(s_tags.Length)], isLittle);
                break;
            case 1:
                Write16(bytes, entry + 2, (ushort)random.Next(20), isLittle);
                break;
            case 2:
                Write32(bytes, entry + 4, s_values[random.Next(s_values.Length)], isLittle);
                break;
            case < 6 when isCompression:
                Write16(bytes, entry + 8, s_compressions[random.Next(s_compressions.Length)], isLittle);
                break;
            case < 6:
                // A number of two bytes lies in the first two of the four.
                Write16(bytes, entry + 8, (ushort)s_values[random.Next(s_values.Length)], isLittle);
                break;
            case 6:
                Write32(bytes, entry + 8, s_values[random.Next(s_values.Length)], isLittle);
                break;
            default:
                Write32(bytes, entry + 8, (uint)random.Next(bytes.Length), isLittle);
                break;
        }
    }

    private static ushort Read16(byte[] bytes, int place, bool isLittle) => isLittle
        ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(place))
        : BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(place));

    private static uint Read32(byte[] bytes, int place, bool isLittle) => isLittle
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(place))
        : BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(place));

    private static void Write16(byte[] bytes, int place, ushort value, bool isLittle)
    {
        if (isLittle)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(place), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(place), value);
        }
    }

    private static void Write32(byte[] bytes, int place, uint value, bool isLittle)
    {
        if (isLittle)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(place), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(place), value);
        }
    }
}
