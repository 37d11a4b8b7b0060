namespace PromptKD.Tests.Runs;

/// <summary>Damages a file as disks, cut transfers and mistaken copies do, by a seed.</summary>
internal static class Damage
{
    /// <summary>Kinds of damage; a seed takes them in turn.</summary>
    public const int Kinds = 6;

    /// <param name="path">The file.</param>
    /// <param name="seed">Which damage.</param>
    /// <param name="other">A file of the same kind, of another run.</param>
    /// <returns>What was done, in words.</returns>
    public static string Do(string path, int seed, string other)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var random = new Random(seed);
        int place = random.Next(Math.Max(bytes.Length, 1));
        (string what, byte[] damaged) = (seed % Kinds) switch
        {
            0 => ($"bit {seed % 8} of byte {place}", Changed(bytes, place, 1, one => (byte)(one ^ (1 << (seed % 8))))),
            1 => ($"cut to {place} bytes", bytes[..place]),
            2 => ("emptied", []),
            3 => ($"zeros from {place}", Changed(bytes, place, 64, _ => 0)),
            4 => ("that of another run", File.ReadAllBytes(other)),
            _ => ($"something behind it", [.. bytes, .. bytes[..Math.Min(place, 9)], 7]),
        };
        File.WriteAllBytes(path, damaged);
        return $"{path}, {what}";
    }

    private static byte[] Changed(byte[] bytes, int place, int count, Func<byte, byte> change)
    {
        byte[] damaged = [.. bytes];
        for (int index = place; index < Math.Min(place + count, bytes.Length); index++)
        {
            damaged[index] = change(damaged[index]);
        }

        return damaged;
    }

    /// <summary>Copies a folder with all that is in it.</summary>
    public static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
