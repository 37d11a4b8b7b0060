using System.Buffers.Binary;

namespace PromptKD.Fuzz;

/// <summary>Changes bytes without knowing what they mean.</summary>
internal static class ByteMutation
{
    private const int MaxLength = 4 << 20;
    private const int Edge = 4096;

    private static readonly long[] s_numbers =
    [
        0, 1, -1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue,
        long.MinValue, 1L << 40,
    ];

    /// <summary>Some changes, one after the other.</summary>
    public static byte[] Apply(Random random, byte[] whole, byte[] donor)
    {
        byte[] bytes = whole;
        for (int round = random.Next(1, 5); round > 0; round--)
        {
            bytes = Once(random, bytes, donor);
        }

        return bytes;
    }

    private static byte[] Once(Random random, byte[] bytes, byte[] donor)
    {
        if (bytes.Length == 0)
        {
            return donor[..random.Next(donor.Length + 1)];
        }

        int place = Place(random, bytes.Length);
        int length = Math.Min(bytes.Length - place, 1 << random.Next(12));
        switch (random.Next(9))
        {
            case 0:
            case 1: return With(bytes, place, [(byte)(bytes[place] ^ (1 << random.Next(8)))]);
            case 2: return With(bytes, place, [(byte)random.Next(256)]);
            case 3: return With(bytes, place, Number(random));
            case 4: return bytes[..place];
            case 5: return [.. bytes.AsSpan(0, place), .. bytes.AsSpan(place + length)];
            case 6: return Repeat(bytes, place, length, 1 << random.Next(10));
            case 7:
                int from = random.Next(donor.Length + 1);
                int count = Math.Min(donor.Length - from, length);
                return [.. bytes.AsSpan(0, place), .. donor.AsSpan(from, count), .. bytes.AsSpan(place)];
            default:
                return With(
                    bytes, place, bytes.AsSpan(Place(random, bytes.Length - length + 1), length).ToArray());
        }
    }

    // Formats keep their structure at the beginning and the end.
    private static int Place(Random random, int length) => random.Next(3) switch
    {
        0 => random.Next(length),
        1 => random.Next(Math.Min(length, Edge)),
        _ => length - 1 - random.Next(Math.Min(length, Edge)),
    };

    private static byte[] Number(Random random)
    {
        byte[] number = new byte[8];
        long value = s_numbers[random.Next(s_numbers.Length)];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            return number[..(1 << random.Next(4))];
        }

        BinaryPrimitives.WriteInt64BigEndian(number, value);
        return number[^(1 << random.Next(4))..];
    }

    private static byte[] With(byte[] bytes, int place, byte[] part)
    {
        byte[] changed = [.. bytes];
        part.AsSpan(0, Math.Min(part.Length, changed.Length - place)).CopyTo(changed.AsSpan(place));
        return changed;
    }

    private static byte[] Repeat(byte[] bytes, int place, int length, int times)
    {
        times = Math.Min(times, Math.Max(0, (MaxLength - bytes.Length) / length));
        byte[] changed = new byte[bytes.Length + (times * length)];
        bytes.AsSpan(0, place).CopyTo(changed);
        for (int copy = 0; copy < times; copy++)
        {
            bytes.AsSpan(place, length).CopyTo(changed.AsSpan(place + (copy * length)));
        }

        bytes.AsSpan(place).CopyTo(changed.AsSpan(place + (times * length)));
        return changed;
    }
}
