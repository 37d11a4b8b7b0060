namespace PromptKD.Runtime;

/// <summary>
/// Owns the parts of something that is being built, until the whole takes them over: a build that throws half way
/// leaves nothing behind.
/// </summary>
/// <example>
/// <code>
/// using var parts = new Unfinished();
/// ImageEncoder images = parts.Add(Read(…));
/// TextEncoder text = parts.Add(Read(…)); // throws: images are freed
/// return parts.HandOver(new PromptedClip(images, text));
/// </code>
/// </example>
internal sealed class Unfinished : IDisposable
{
    private readonly Stack<IDisposable> _parts = new();

    /// <summary>Takes a part over.</summary>
    public T Add<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    /// <summary>Gives all parts up to their new owner.</summary>
    /// <param name="whole">What owns them now.</param>
    /// <returns>The same.</returns>
    public T HandOver<T>(T whole)
    {
        _parts.Clear();
        return whole;
    }

    /// <summary>Frees what was not handed over, the last one first.</summary>
    public void Dispose()
    {
        while (_parts.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }
}
