using System.Collections;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>The pictures that could not be read, each named once, in the order in which they were met.</summary>
internal sealed class SkippedPictures : IReadOnlyList<SkippedPicture>
{
    private readonly List<SkippedPicture> _pictures = [];
    private readonly HashSet<string> _paths = [];

    /// <summary>How many there are.</summary>
    public int Count => _pictures.Count;

    /// <summary>One of them.</summary>
    /// <param name="index">Its place, from 0.</param>
    public SkippedPicture this[int index] => _pictures[index];

    /// <inheritdoc/>
    public IEnumerator<SkippedPicture> GetEnumerator() => _pictures.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Names each of them, as a warning.</summary>
    /// <param name="observer">Is warned.</param>
    /// <param name="named">Those that were named before; null for none.</param>
    public void Report(IRunObserver observer, IEnumerable<SkippedPicture>? named = null)
    {
        foreach (SkippedPicture picture in _pictures.ExceptBy(
            (named ?? []).Select(known => known.Path), picture => picture.Path))
        {
            observer.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }
    }

    /// <summary>Adds a picture unless it is there already: every epoch meets it again.</summary>
    internal void Add(SkippedPicture picture)
    {
        if (_paths.Add(picture.Path))
        {
            _pictures.Add(picture);
        }
    }
}

/// <summary>A picture that could not be read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record SkippedPicture(string Path, string Reason)
{
    /// <summary>Why a picture could not be read, in words; null for an error that is not of one picture.</summary>
    internal static string? ReasonOf(Exception error) => error switch
    {
        InvalidDataException => error.Message,
        _ => RegularFile.ReasonOf(error),
    };
}
