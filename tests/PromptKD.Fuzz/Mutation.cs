namespace PromptKD.Fuzz;

/// <summary>
/// Changes one file of a sample: its bytes as they are, or its structure, whose checksums are then made right.
/// </summary>
internal static class Mutation
{
    /// <summary>Makes a case.</summary>
    /// <param name="random">Decides everything.</param>
    /// <param name="sample">What is changed.</param>
    /// <param name="all">The samples of the same reader: parts of them are put in.</param>
    public static Dictionary<string, byte[]> Apply(Random random, Sample sample, Sample[] all)
    {
        var files = sample.Files.ToDictionary();
        string name = files.Keys.ElementAt(random.Next(files.Count));
        Sample other = all[random.Next(all.Length)];
        byte[] donor = other.Files.Values.ElementAt(random.Next(other.Files.Count));
        byte[] whole = files[name];
        byte[] changed = random.Next(5) < 2
            ? ByteMutation.Apply(random, whole, donor)
            : Structure(random, name, whole, donor);
        if (random.Next(4) > 0)
        {
            Seals.Renew(files, name, changed);
        }
        else
        {
            files[name] = changed;
        }

        return files;
    }

    private static byte[] Structure(Random random, string name, byte[] whole, byte[] donor) => whole switch
    {
        [(byte)'P', (byte)'K', ..] => ZipMutation.Apply(random, whole, donor),
        [0x1f, 0x8b, ..] => GzipMutation.Apply(random, whole),
        [0x89, (byte)'P', (byte)'N', (byte)'G', _, _, _, _, ..] => PngMutation.Apply(random, whole, donor),
        [(byte)'I', (byte)'I', 42, 0, _, _, _, _, ..] or [(byte)'M', (byte)'M', 0, 42, _, _, _, _, ..] =>
            TiffMutation.Apply(random, whole),
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => BoxMutation.Apply(random, whole),
        [0x80, ..] => PickleMutation.Apply(random, whole),
        [_, _, _, _, _, 0, 0, 0, (byte)'{', ..] => SafetensorsMutation.Apply(random, whole),
        [(byte)'{' or (byte)'[', ..] => JsonMutation.Apply(random, whole),
        _ when name.EndsWith(".tar", StringComparison.Ordinal) => TarMutation.Apply(random, whole, donor),
        _ when IsText(whole) => TextMutation.Apply(random, whole),
        _ => ByteMutation.Apply(random, whole, donor),
    };

    private static bool IsText(byte[] bytes) => !bytes.AsSpan(0, Math.Min(bytes.Length, 4096)).Contains((byte)0);
}
