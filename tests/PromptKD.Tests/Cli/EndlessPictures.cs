using System.Text;

namespace PromptKD.Tests.Cli;

/// <summary>
/// Pictures that take minutes to read and no room on the disk: files that are holes, each small enough to be read
/// whole. What is to be stopped while it reads them is still at it whenever the signal comes, however fast the machine.
/// </summary>
internal static class EndlessPictures
{
    private const int Pictures = 1024;
    private const int TarBlock = 512;
    private const long Bytes = 256 << 20; // One above 2 GiB is refused before it is read.

    /// <summary>Writes them as a folder or as a tar shard; false where the file system has no room for holes.</summary>
    public static bool TryWrite(string path, bool asShard)
    {
        try
        {
            if (asShard)
            {
                WriteTar(path);
            }
            else
            {
                Directory.CreateDirectory(path);
                foreach (int number in Enumerable.Range(1, Pictures))
                {
                    using FileStream file = File.Create(Path.Combine(path, $"{number:0000}.png"));
                    file.SetLength(Bytes);
                }
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void WriteTar(string path)
    {
        using FileStream file = File.Create(path);
        foreach (int number in Enumerable.Range(0, Pictures))
        {
            file.Position = number * (Bytes + TarBlock);
            file.Write(Header($"{number:0000}.png"));
        }

        file.SetLength((Pictures * (Bytes + TarBlock)) + (2 * TarBlock));
    }

    // As POSIX says: name, mode, owner, group, size, time, checksum (over itself as blanks), kind, magic.
    private static byte[] Header(string name)
    {
        byte[] header = new byte[TarBlock];
        Put(0, name);
        Put(100, "0000644\0" + "0000000\0" + "0000000\0" + Octal(Bytes, 11) + "\0" + Octal(0, 11) + "\0");
        Put(148, "        " + "0");
        Put(257, "ustar\0" + "00");
        Put(148, Octal(header.Sum(one => one), 6) + "\0 ");
        return header;

        void Put(int place, string text) => Encoding.ASCII.GetBytes(text, header.AsSpan(place));
    }

    private static string Octal(long value, int digits) =>
        Convert.ToString(value, toBase: 8).PadLeft(digits, '0');
}
