namespace PromptKD.Models.Weights;

/// <summary>
/// Where the values of a safetensors file lie. The format demands that they fill the file: whoever leaves holes can
/// hide something there, and whoever lets tensors overlap makes a small file fill any memory.
/// </summary>
/// <remarks>github.com/huggingface/safetensors, README, "Format".</remarks>
internal sealed class SafetensorsLayout
{
    private readonly List<(long Begin, long End, string Name)> _parts = [];

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="begin">Its first byte, behind the header.</param>
    /// <param name="end">The byte behind its last.</param>
    public void Add(string name, long begin, long end) => _parts.Add((begin, end, name));

    /// <summary>Refuses holes, tensors that overlap, and what no tensor has.</summary>
    /// <param name="path">For error messages.</param>
    /// <param name="length">Bytes behind the header.</param>
    /// <exception cref="PromptKDException">There is one of these.</exception>
    public void RequireFull(string path, long length)
    {
        long end = 0;
        string before = "the header";
        foreach ((long Begin, long End, string Name) part in _parts.OrderBy(part => (part.Begin, part.End)))
        {
            if (part.Begin != end)
            {
                throw new PromptKDException(part.Begin < end
                    ? $"{path}: '{before}' and '{part.Name}' share {end - part.Begin} bytes: no valid safetensors file."
                    : $"{path}: {part.Begin - end} bytes between '{before}' and '{part.Name}' belong to no tensor: no "
                        + "valid safetensors file.");
            }

            (end, before) = (part.End, part.Name);
        }

        if (end != length)
        {
            throw new PromptKDException(
                $"{path}: {length - end} bytes behind the last tensor belong to none: no valid safetensors file.");
        }
    }
}
