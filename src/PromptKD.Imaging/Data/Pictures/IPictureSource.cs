namespace PromptKD.Data.Pictures;

/// <summary>
/// Unlabelled pictures that lie in no folder: in a database, behind a service, in memory. Any number of threads read
/// from it at a time.
/// </summary>
/// <remarks>
/// A run reads every picture once when it begins or goes on, to know it again by its bytes: a run is refused that goes
/// on with others than it began with, whoever holds them. While it trains, each picture is read again in each epoch.
/// </remarks>
public interface IPictureSource
{
    /// <summary>
    /// What the source is called in configurations, messages and reports, which have <c>source:NAME</c> where the path
    /// of a folder would stand: letters, digits, '-', '_' and '.'. It shows in what a run publishes: no secret.
    /// </summary>
    string Name { get; }

    /// <summary>
    /// The names of the pictures, at least two, each another. Their order belongs to the run: the same one each time. A
    /// name may have parts, with '/' between them. It need not end as files of its kind do.
    /// </summary>
    IReadOnlyList<string> Pictures { get; }

    /// <summary>
    /// Opens a picture: the bytes of a JPEG, a PNG or another kind that is read, as its file would have them.
    /// </summary>
    /// <param name="picture">One of <see cref="Pictures"/>.</param>
    /// <returns>Is read to its end, at most 1 GiB, and disposed.</returns>
    /// <exception cref="IOException">
    /// It cannot be had. The picture is left out and named, as a file is that cannot be read; with DISTILL.STRICT the
    /// run ends. Any other exception ends the run as it is.
    /// </exception>
    Stream Open(string picture);
}
