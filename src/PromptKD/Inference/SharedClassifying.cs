using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Inference;

/// <summary>What processes that classify the same pictures have to agree on before the first one.</summary>
internal static class SharedClassifying
{
    /// <summary>Refuses processes with another student, other pictures or other settings.</summary>
    /// <param name="processes">All of them.</param>
    /// <param name="classifier">This process's.</param>
    /// <param name="pictures">This process's.</param>
    /// <param name="settings">What each was told, under the names of the library.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="PromptKDException">Something differs; the message names it, and whose it is.</exception>
    public static void Check(
        IProcessGroup processes,
        FolderClassifier classifier,
        IReadOnlyList<PictureItem> pictures,
        IEnumerable<KeyValuePair<string, string>> settings,
        CancellationToken stop)
    {
        if (processes.IsAlone())
        {
            return;
        }

        var values = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["the SHA-256 of its class names"] = Digest(classifier.ClassNames),
            ["the SHA-256 of what its student says of itself"] = Digest([classifier.SaysOfItself()]),
            ["the number of pictures"] = pictures.Count.ToString(CultureInfo.InvariantCulture),
            ["the pictures' SHA-256 (of names and sizes)"] = Digest(pictures.Select(picture =>
                string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(picture.Path)} {LengthOf(picture)}"))),
        };
        foreach ((string name, string value) in settings)
        {
            values[name] = value;
        }

        ProcessAgreement.Check(processes, values, "Start all with the same command, files and folders", stop);
    }

    // What cannot be read is skipped, and named, later.
    private static long LengthOf(PictureItem picture) => FileStamp.OfAny(picture.Bytes.Path)?.Length ?? 0;

    private static string Digest(IEnumerable<string> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in lines)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{line}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
