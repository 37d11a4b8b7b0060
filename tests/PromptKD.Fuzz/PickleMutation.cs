namespace PromptKD.Fuzz;

/// <summary>
/// Puts instructions into a pickle: the same value again and again, containers in each other, sizes that are large.
/// </summary>
internal static class PickleMutation
{
    // Python's pickletools.py names them.
    private static readonly byte[][] s_snippets =
    [
        Of("h\0"), Of("h\x01"), Of("q\0"), Of("2"), Of("0"), Of("1"), Of("("), Of("t"), Of("]"), Of("}"), Of(")"),
        Of("l"), Of("d"), Of("a"), Of("e"), Of("s"), Of("u"), Of("b"), Of("R"), Of("Q"), Of("."), Of("N"), Of("o"),
        [0x81], [0x85], [0x86], [0x87], [0x88], [0x92], [0x93], [0x94], [0x8f], [0x90], [0x91], Of("K\x01"),
        Of("M\xff"), Of("J"), [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x40], [0x8b, 0, 0, 1, 0],
        [.. "X"u8, 0xff, 0xff, 0xff, 0x7f], [0x8d, 0, 0, 0, 0, 1, 0, 0, 0], [.. "r"u8, 0xff, 0xff, 0xff, 0xff],
        Of("I99999999999999999999\n"), Of("L-1L\n"), Of("F1e999\n"), Of("p4294967297\n"),
        Of("ccollections\nOrderedDict\n"), Of("ctorch._utils\n_rebuild_tensor_v2\n"), Of("cos\nsystem\n"),
        Of("ctorch\nFloatStorage\n"), Of("(h\0h\0h\0h\0th\0"), Of("]q\0h\0h\0\u0086"), Of("((((((((((((((((((((("),
        Of("V\\ud800\n"), Of("S'x'\n"),
    ];

    public static byte[] Apply(Random random, byte[] whole)
    {
        byte[] bytes = whole;
        for (int round = random.Next(1, 5); round > 0; round--)
        {
            int place = random.Next(bytes.Length + 1);
            byte[] snippet = s_snippets[random.Next(s_snippets.Length)];
            int times = random.Next(4) == 0 ? 1 << random.Next(13) : 1;
            bytes = random.Next(3) == 0
                ? ByteMutation.Apply(random, bytes, whole)
                : [.. bytes.AsSpan(0, place), .. Repeated(snippet, times), .. bytes.AsSpan(place)];
        }

        return bytes;
    }

    private static IEnumerable<byte> Repeated(byte[] snippet, int times) =>
        Enumerable.Repeat(snippet, times).SelectMany(part => part);

    private static byte[] Of(string letters) => System.Text.Encoding.Latin1.GetBytes(letters);
}
