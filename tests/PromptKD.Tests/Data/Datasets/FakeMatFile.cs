using System.IO.Compression;
using System.Text;

namespace PromptKD.Tests.Data.Datasets;

/// <summary>
/// Writes MATLAB files of version 5, element by element as MathWorks' "MAT-File Format" prescribes: the arrays that
/// the flowers' and the cars' labels come in.
/// </summary>
internal static class FakeMatFile
{
    private const int UInt8 = 2;
    private const int Int8 = 1;
    private const int UInt16 = 4;
    private const int Int32 = 5;
    private const int UInt32 = 6;
    private const int Matrix = 14;
    private const int Compressed = 15;
    private const int CellClass = 1;
    private const int StructureClass = 2;
    private const int CharacterClass = 4;
    private const int UInt8Class = 9;

    /// <summary>A row of small numbers.</summary>
    public static byte[] Row(string name, byte[] values) => Save(RowArray(name, values));

    /// <summary>The cars' names: a row of cells.</summary>
    public static byte[] CarNames(string[] names) => Save(Array(
        CellClass, "class_names", [1, names.Length], [.. names.SelectMany(name => Letters("", name))]));

    /// <summary>The cars' labels: a row of structures, written compressed, as MATLAB does by default.</summary>
    public static byte[] CarAnnotations(IEnumerable<FakePicture> pictures)
    {
        const int NameLength = 8;
        FakePicture[] all = [.. pictures];
        byte[] names = Encoding.ASCII.GetBytes("class".PadRight(NameLength, '\0') + "fname".PadRight(NameLength, '\0'));
        byte[] values =
        [
            .. all.SelectMany(picture => (byte[])
            [
                .. RowArray("", [(byte)(picture.Label + 1)]),
                .. Letters("", Path.GetFileName(picture.Path)),
            ]),
        ];
        byte[] array = Array(
            StructureClass,
            "annotations",
            [1, all.Length],
            [.. Small(Int32, BitConverter.GetBytes(NameLength)), .. Element(Int8, names), .. values]);
        using var target = new MemoryStream();
        using (var compressor = new ZLibStream(target, CompressionLevel.Optimal, leaveOpen: true))
        {
            compressor.Write(array);
        }

        byte[] data = target.ToArray();
        return Save([.. BitConverter.GetBytes(Compressed), .. BitConverter.GetBytes(data.Length), .. data]);
    }

    private static byte[] Save(byte[] content) =>
    [
        .. Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file".PadRight(124)), 0x00, 0x01, (byte)'I', (byte)'M', .. content,
    ];

    private static byte[] RowArray(string name, byte[] values) =>
        Array(UInt8Class, name, [1, values.Length], Element(UInt8, values));

    private static byte[] Letters(string name, string text) =>
        Array(CharacterClass, name, [1, text.Length], Element(UInt16, Encoding.Unicode.GetBytes(text)));

    private static byte[] Array(int kind, string name, int[] shape, byte[] content) => Element(
        Matrix,
        [
            .. Element(UInt32, [(byte)kind, 0, 0, 0, 0, 0, 0, 0]),
            .. Element(Int32, [.. shape.SelectMany(BitConverter.GetBytes)]),
            .. Element(Int8, Encoding.ASCII.GetBytes(name)),
            .. content,
        ]);

    private static byte[] Element(int type, byte[] data)
    {
        byte[] padding = new byte[(8 - (data.Length % 8)) % 8];
        return [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. padding];
    }

    /// <summary>An element of up to four bytes, which lie in the tag.</summary>
    private static byte[] Small(int type, byte[] data) =>
    [
        .. BitConverter.GetBytes((ushort)type), .. BitConverter.GetBytes((ushort)data.Length),
        .. data, .. new byte[4 - data.Length],
    ];
}
