using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>
/// The text whose SHA-256 is the digest of a set of pictures, a line a picture, compressed: what a run keeps to name
/// the pictures that changed since. A file of it proves itself by the digest that is known from elsewhere.
/// </summary>
internal sealed class PictureList
{
    /// <summary>Its name in the folder of a run or of a store.</summary>
    public const string FileName = "pictures.tsv.gz";

    // Of SHA-256 in hexadecimal; a line ends in one, or in a word.
    private const int DigestLength = 64;

    // Of an empty text: header, an end, checksum and length.
    private const int SmallestFile = 20;

    private readonly byte[] _packed;

    private PictureList(byte[] packed, string digest, string contentDigest)
    {
        _packed = packed;
        Digest = digest;
        ContentDigest = contentDigest;
    }

    /// <summary>SHA-256 of the text, in hexadecimal.</summary>
    public string Digest { get; }

    /// <summary>
    /// SHA-256 of the text without the paths: the same pictures in the same order, whatever they are called.
    /// </summary>
    public string ContentDigest { get; }

    /// <summary>The lines, one after the other.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            using var reader = new StreamReader(
                new GZipStream(new MemoryStream(_packed), CompressionMode.Decompress), Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                yield return line;
            }
        }
    }

    /// <summary>Packs lines.</summary>
    /// <param name="lines">A line a picture, without line breaks.</param>
    public static PictureList Of(IReadOnlyList<string> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            for (int index = 0; index < lines.Count; index++)
            {
                byte[] line = Encoding.UTF8.GetBytes(index == 0 ? lines[index] : $"\n{lines[index]}");
                hash.AppendData(line);
                zip.Write(line);
            }
        }

        return new PictureList(
            packed.ToArray(), Convert.ToHexStringLower(hash.GetHashAndReset()), DigestOfContents(lines));
    }

    /// <summary>Reads the list of a set of pictures.</summary>
    /// <param name="folder">The folder of a run or of a store.</param>
    /// <param name="digest">The set's digest, with the paths or without.</param>
    /// <returns>Null where there is no such list, or that of another set, or a damaged one.</returns>
    public static PictureList? ReadIfAny(string folder, string digest)
    {
        try
        {
            return Read(folder) is var list && list.IsOf(digest) ? list : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>
    /// What is wrong with the list in a folder, with its path; null where nothing is, and where there is none.
    /// </summary>
    /// <param name="folder">The folder of a run or of a store.</param>
    /// <param name="digest">As of <see cref="ReadIfAny"/>; null where it may be that of any set.</param>
    public static string? FindFault(string folder, string? digest)
    {
        try
        {
            return Read(folder) is var list && (digest is null || list.IsOf(digest))
                ? null
                : $"{PathIn(folder)}: damaged, or of other pictures";
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{PathIn(folder)}: {RegularFile.ReasonOf(error)}";
        }
        catch (InvalidDataException)
        {
            return $"{PathIn(folder)}: damaged";
        }
    }

    /// <summary>Keeps the list in a folder, if it is not there.</summary>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public void Keep(string folder)
    {
        if (ReadIfAny(folder, Digest) is null)
        {
            WholeFile.Write(PathIn(folder), stream => stream.Write(_packed));
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);

    private static PictureList Read(string folder)
    {
        byte[] packed = RegularFile.ReadAllBytes(PathIn(folder));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var text = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        uint length = 0;
        for (int read = text.Read(buffer); read > 0; read = text.Read(buffer))
        {
            hash.AppendData(buffer, 0, read);
            length += (uint)read;
        }

        // .NET takes the end of the file for that of the text. The last four bytes say how long the text was.
        if (packed.Length < SmallestFile || BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan()[^4..]) != length)
        {
            throw new InvalidDataException("It was cut short.");
        }

        var list = new PictureList(packed, Convert.ToHexStringLower(hash.GetHashAndReset()), "");
        return new PictureList(packed, list.Digest, DigestOfContents(list.Lines));
    }

    private bool IsOf(string digest) => digest == Digest || digest == ContentDigest;

    // A line is a path, the number of its bytes and their SHA-256; or a path and a word. A path may have tabs, too.
    private static string DigestOfContents(IEnumerable<string> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in lines)
        {
            int last = line.LastIndexOf('\t');
            int start = last > 0 && line.Length - last - 1 == DigestLength ? line.LastIndexOf('\t', last - 1) : last;
            hash.AppendData(Encoding.UTF8.GetBytes($"{line[(start + 1)..]}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
