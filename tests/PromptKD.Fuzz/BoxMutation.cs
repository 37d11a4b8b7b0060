using System.Buffers.Binary;
using System.Text;

namespace PromptKD.Fuzz;

/// <summary>
/// Changes the boxes of a HEIC or AVIF file (ISO 14496-12): what they say, or which there are; the lengths of those
/// around them fit. The coded picture is left alone, but where it lies may not be what the file says.
/// </summary>
internal static class BoxMutation
{
    private const int Head = 8;

    // Boxes that hold boxes, and how many bytes of their own come first.
    private static readonly Dictionary<string, int> s_holders =
        new() { ["meta"] = 4, ["iprp"] = 0, ["ipco"] = 0, ["iinf"] = 6, ["iref"] = 4, ["dinf"] = 0, ["grpl"] = 0 };

    private static readonly uint[] s_numbers =
        [0, 1, 2, 3, 7, 8, 16, 255, 256, 4096, 16_384, 65_535, 1 << 20, int.MaxValue, uint.MaxValue];

    private sealed record Box(int Start, int Length, string Kind, Box? Around);

    public static byte[] Apply(Random random, byte[] whole)
    {
        byte[] bytes = [.. whole];
        for (int round = random.Next(1, 4); round > 0; round--)
        {
            var boxes = new List<Box>();
            Find(bytes, 0, bytes.Length, around: null, boxes);
            Box[] ours = [.. boxes.Where(box => box.Kind != "mdat" && box.Length > Head)];
            if (ours.Length == 0)
            {
                return ByteMutation.Apply(random, whole, whole);
            }

            bytes = Changed(random, bytes, ours);
        }

        return bytes;
    }

    private static void Find(byte[] bytes, int start, int end, Box? around, List<Box> found)
    {
        while (start + Head <= end)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(start));
            if (length < Head || length > end - start)
            {
                return;
            }

            var box = new Box(start, (int)length, Encoding.ASCII.GetString(bytes, start + 4, 4), around);
            found.Add(box);
            if (s_holders.TryGetValue(box.Kind, out int own))
            {
                Find(bytes, start + Head + own, start + box.Length, box, found);
            }

            start += box.Length;
        }
    }

    private static byte[] Changed(Random random, byte[] bytes, Box[] boxes)
    {
        Box box = boxes[random.Next(boxes.Length)];
        int end = box.Start + box.Length;
        int place = box.Start + Head + random.Next(box.Length - Head);
        byte[] changed = [.. bytes];
        switch (random.Next(8))
        {
            case 0:
                Encoding.ASCII.GetBytes(boxes[random.Next(boxes.Length)].Kind, changed.AsSpan(box.Start + 4));
                return changed;
            case 1:
                return Resized(bytes, box, end, box.Length, bytes.AsSpan(box.Start, box.Length));
            case 2:
                return Resized(bytes, box, box.Start, -box.Length, []);
            case 3:
                Box other = boxes[random.Next(boxes.Length)];
                return Resized(bytes, box, end, other.Length, bytes.AsSpan(other.Start, other.Length));
            case 4:
                changed[place] ^= (byte)(1 << random.Next(8));
                return changed;
            case 5:
                changed[place] = (byte)random.Next(256);
                return changed;
            default:
                byte[] number = new byte[4];
                BinaryPrimitives.WriteUInt32BigEndian(number, s_numbers[random.Next(s_numbers.Length)]);
                number.AsSpan(4 - Math.Min(4, end - place)).CopyTo(changed.AsSpan(place));
                return changed;
        }
    }

    // Puts bytes in at a place, or takes a box out; those around it grow or shrink.
    private static byte[] Resized(byte[] bytes, Box box, int place, int by, ReadOnlySpan<byte> added)
    {
        byte[] changed = [.. bytes.AsSpan(0, place), .. added, .. bytes.AsSpan(place + Math.Max(0, -by))];
        for (Box? around = box.Around; around is not null; around = around.Around)
        {
            BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(around.Start), around.Length + by);
        }

        return changed;
    }
}
