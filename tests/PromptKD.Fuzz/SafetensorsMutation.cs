using System.Buffers.Binary;
using System.Text;

namespace PromptKD.Fuzz;

/// <summary>Changes the header of a safetensors file, whose length then fits, or its values.</summary>
internal static class SafetensorsMutation
{
    private const int LengthBytes = 8;

    public static byte[] Apply(Random random, byte[] whole)
    {
        long length = BinaryPrimitives.ReadInt64LittleEndian(whole);
        if (length < 2 || length > whole.Length - LengthBytes)
        {
            return ByteMutation.Apply(random, whole, whole);
        }

        byte[] header = whole[LengthBytes..(LengthBytes + (int)length)];
        byte[] values = whole[(LengthBytes + (int)length)..];
        if (random.Next(4) == 0)
        {
            // Values change their number, or become infinite or none.
            values = ByteMutation.Apply(random, values.Length == 0 ? [0] : values, header);
        }
        else
        {
            header = JsonMutation.Apply(random, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(header).TrimEnd()));
        }

        byte[] start = new byte[LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(start, header.Length);
        return [.. start, .. header, .. values];
    }
}
