using System.Collections.Concurrent;

namespace PromptKD.Runtime.Remote;

/// <summary>
/// Who reads files of servers in this process: http and https are the library's own, others are registered.
/// </summary>
public static class RemoteFiles
{
    private static readonly ConcurrentDictionary<string, IRemoteFiles> s_readers = new(
        HttpFiles.Default.Schemes.Select(scheme => KeyValuePair.Create(scheme, (IRemoteFiles)HttpFiles.Default)),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The package that reads s3, for messages.</summary>
    private const string PackageName = "PromptKD.Cloud";

    /// <summary>Makes a reader known to all that reads shards from now on.</summary>
    /// <param name="reader">Reads its schemes in place of what was registered for them before.</param>
    public static void Register(IRemoteFiles reader)
    {
        foreach (string scheme in reader.Schemes)
        {
            s_readers[scheme] = reader;
        }
    }

    /// <summary>
    /// An address as it may be shown: without what stands behind '?', which is kept in this process for reading. Other
    /// texts come back as they are.
    /// </summary>
    /// <param name="address">An address or a path.</param>
    /// <exception cref="PromptKDException">There is a name and a password in it.</exception>
    public static string WithoutQuery(string address) => RemoteAddress.WithoutQuery(address);

    /// <summary>
    /// What a reader throws where a file is no longer of the version that was asked for.
    /// </summary>
    /// <param name="address">The file, without what stands behind '?'.</param>
    public static PromptKDException Changed(string address) => new(
        $"{address}: changed on its server since it was first read, so what would be made is not of one set of "
        + "pictures. Leave shards as they are while they are read, and run the same command again.");

    /// <summary>The reader of an address.</summary>
    /// <exception cref="PromptKDException">There is none.</exception>
    internal static IRemoteFiles Of(string address)
    {
        string scheme = address[..address.IndexOf("://", StringComparison.Ordinal)];
        return s_readers.TryGetValue(scheme, out IRemoteFiles? reader) ? reader
            : scheme.Equals("s3", StringComparison.OrdinalIgnoreCase)
                ? throw new PromptKDException(
                    $"{address}: s3:// is what the package {PackageName} reads. Reference it and call "
                    + "CloudStorage.Register() once.")
                {
                    Code = PromptKDError.NotSupported,
                }
                : throw new PromptKDException(
                    $"{address}: nothing here reads {scheme}://, but "
                    + $"{string.Join(", ", s_readers.Keys.Order(StringComparer.Ordinal).Select(one => $"{one}://"))}. "
                    + "Give another address, or a folder.")
                {
                    Code = PromptKDError.NotSupported,
                };
    }
}
