using System.IO.Compression;

namespace PromptKD.Fuzz;

/// <summary>Changes the entries of a zip, whose checksums and directory are then made anew.</summary>
internal static class ZipMutation
{
    public static byte[] Apply(Random random, byte[] whole, byte[] donor)
    {
        List<(string Name, byte[] Content)> entries = Read(whole);
        int place = random.Next(entries.Count);
        int pickle = entries.FindIndex(entry => entry.Name.EndsWith("data.pkl", StringComparison.Ordinal));
        switch (random.Next(10))
        {
            case 0: entries.RemoveAt(place); break;
            case 1: entries.Add(entries[place]); break;
            case 2: entries[place] = (entries[random.Next(entries.Count)].Name, entries[place].Content); break;
            case 3:
                entries[place] = (entries[place].Name, ByteMutation.Apply(random, entries[place].Content, donor));
                break;
            case 4: entries[place] = (entries[place].Name, new byte[1 << random.Next(24)]); break;
            default:
                int changed = pickle < 0 ? place : pickle;
                entries[changed] = (entries[changed].Name, PickleMutation.Apply(random, entries[changed].Content));
                break;
        }

        return Write(entries, random.Next(4) == 0 ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
    }

    private static List<(string Name, byte[] Content)> Read(byte[] whole)
    {
        using var zip = new ZipArchive(new MemoryStream(whole), ZipArchiveMode.Read);
        return [.. zip.Entries.Select(entry => (entry.FullName, Read(entry)))];
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using Stream from = entry.Open();
        using var to = new MemoryStream();
        from.CopyTo(to);
        return to.ToArray();
    }

    private static byte[] Write(List<(string Name, byte[] Content)> entries, CompressionLevel level)
    {
        using var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return target.ToArray();
    }
}

/// <summary>Changes what a gzip file holds.</summary>
internal static class GzipMutation
{
    public static byte[] Apply(Random random, byte[] whole)
    {
        using var content = new MemoryStream();
        using (var unpacked = new GZipStream(new MemoryStream(whole), CompressionMode.Decompress))
        {
            unpacked.CopyTo(content);
        }

        using var target = new MemoryStream();
        using (var packed = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            packed.Write(TextMutation.Apply(random, content.ToArray()));

            // Rarely, far more than anybody writes: zeros take next to nothing.
            for (int block = random.Next(50) == 0 ? 200 : 0; block > 0; block--)
            {
                packed.Write(new byte[1 << 20]);
            }
        }

        return target.ToArray();
    }
}

/// <summary>Changes the headers of a tar archive, whose checksums then fit.</summary>
internal static class TarMutation
{
    private const int Block = 512;
    private const int ChecksumPlace = 148;
    private const int ChecksumLength = 8;
    private const int MagicPlace = 257;

    public static byte[] Apply(Random random, byte[] whole, byte[] donor)
    {
        byte[] changed = ByteMutation.Apply(random, whole, donor);
        changed = ReferenceEquals(changed, whole) ? [.. whole] : changed;
        for (int place = 0; place + Block <= changed.Length; place += Block)
        {
            Span<byte> header = changed.AsSpan(place, Block);
            if (!header[MagicPlace..].StartsWith("ustar"u8))
            {
                continue;
            }

            header.Slice(ChecksumPlace, ChecksumLength).Fill((byte)' ');
            int sum = 0;
            foreach (byte value in header)
            {
                sum += value;
            }

            string digits = Convert.ToString(sum, toBase: 8).PadLeft(6, '0');
            System.Text.Encoding.ASCII.GetBytes(digits, header[ChecksumPlace..]);
            header[ChecksumPlace + 6] = 0;
        }

        return changed;
    }
}
