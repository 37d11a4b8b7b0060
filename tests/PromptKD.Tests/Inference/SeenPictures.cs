using PromptKD.Data.Decoding;
using PromptKD.Inference;

namespace PromptKD.Tests.Inference;

/// <summary>A model whose answer is the first value of a picture, and which tells what it was asked.</summary>
internal sealed class SeenPictures : IPictureModel
{
    public Preprocessing Takes { get; } = new() { Size = 4, Mean = default, Std = new(1, 1, 1) };

    public List<int> Batches { get; } = [];

    public bool IsFreed { get; private set; }

    /// <summary>Is called within each computation.</summary>
    public Action Meanwhile { get; init; } = () => { };

    public PictureOutput[] Compute(IReadOnlyList<PreparedPicture> pictures)
    {
        lock (Batches)
        {
            Batches.Add(pictures.Count);
        }

        Meanwhile();
        return [.. pictures.Select(picture => new PictureOutput([], [picture.Pixels[0]], [picture.Pixels[^1]]))];
    }

    public void Dispose() => IsFreed = true;
}
