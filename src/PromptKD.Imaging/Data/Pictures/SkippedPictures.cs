using System.Collections;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>The pictures that could not be read, each named once, in the order in which they were met.</summary>
internal sealed class SkippedPictures : IReadOnlyList<SkippedPicture>
{
    private const int MostNamed = 20;

    private readonly List<SkippedPicture> _pictures = [];
    private readonly HashSet<string> _paths = [];
    private int _named;

    /// <summary>How many there are.</summary>
    public int Count => _pictures.Count;

    /// <summary>One of them.</summary>
    /// <param name="index">Its place, from 0.</param>
    public SkippedPicture this[int index] => _pictures[index];

    /// <inheritdoc/>
    public IEnumerator<SkippedPicture> GetEnumerator() => _pictures.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>That nothing could be read of some pictures, as the beginning of a sentence.</summary>
    /// <param name="tried">How many were tried.</param>
    public static string NoneOf(int tried) => tried == 1
        ? "The only picture could not be read"
        : $"None of {Counted.Of(tried, "picture")} could be read";

    /// <summary>Pictures with the reasons why they could not be read, in a sentence.</summary>
    public static string Describe(IEnumerable<SkippedPicture> pictures) =>
        string.Join("; ", pictures.Select(picture => $"{picture.Path}: {picture.Reason}"));

    /// <summary>Names pictures as warnings: some of them each, then how many more there are.</summary>
    /// <param name="observer">Is warned.</param>
    /// <param name="pictures">Each of which could not be read.</param>
    public static void Warn(IRunObserver observer, IReadOnlyCollection<SkippedPicture> pictures)
    {
        foreach (SkippedPicture picture in pictures.Take(MostNamed))
        {
            observer.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }

        if (pictures.Count > MostNamed)
        {
            observer.OnWarning($"skipped {pictures.Count - MostNamed} more pictures that could not be read");
        }
    }

    /// <summary>Names those that were not named before, as warnings.</summary>
    /// <param name="observer">Is warned.</param>
    public void Report(IRunObserver observer)
    {
        Warn(observer, _pictures[_named..]);
        _named = _pictures.Count;
    }

    /// <summary>Adds pictures that have been named already.</summary>
    public void AddNamed(IEnumerable<SkippedPicture> pictures)
    {
        foreach (SkippedPicture picture in pictures)
        {
            Add(picture);
        }

        _named = _pictures.Count;
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
