using Amazon.S3;
using PromptKD.Runtime.Remote;

namespace PromptKD.Cloud;

/// <summary>Files in clouds that the library does not read itself: those of Amazon S3 and compatible servers.</summary>
public static class CloudStorage
{
    /// <summary>
    /// Makes s3:// known to the library, for the whole process. Credentials, region and server are looked for where the
    /// AWS SDK looks, when the first address is read. A second call changes nothing.
    /// </summary>
    public static void Register() => RemoteFiles.Register(new S3Files(new Lazy<IAmazonS3>(S3Client.Create)));

    /// <summary>As <see cref="Register()"/>, with a client of one's own.</summary>
    /// <param name="client">Stays the caller's. It should not ask again by itself: who calls it does.</param>
    public static void Register(IAmazonS3 client) => RemoteFiles.Register(new S3Files(new Lazy<IAmazonS3>(client)));
}
