using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>The rows of a split file so far: what contradicts one of them is refused.</summary>
internal sealed class SplitRows
{
    private readonly Dictionary<string, (int Label, string Place)> _pictures = new(StringComparer.Ordinal);

    /// <summary>Takes a row.</summary>
    /// <param name="file">The split file, for messages.</param>
    /// <param name="place">Which row of which list.</param>
    /// <param name="item">What it says.</param>
    /// <exception cref="PromptKDException">Another row gives the picture another label.</exception>
    public void Add(string file, string place, PictureItem item)
    {
        int label = item.Label!.Value;
        if (!_pictures.TryAdd(item.Path, (label, place)) && _pictures[item.Path].Label != label)
        {
            throw new PromptKDException(
                $"{file}: {place} gives '{item.Path}' the label {label}, {_pictures[item.Path].Place} gives it "
                + $"{_pictures[item.Path].Label}. Correct or remove one.");
        }
    }
}
