using PromptKD.Inference;

namespace PromptKD.Server.Models;

/// <summary>The text tower, where there is one.</summary>
internal sealed class TextTowerHolder(PromptKDServerOptions options) : IDisposable
{
    private volatile TextEmbedder? _tower;

    /// <summary>What embeds texts; null where none is named, or it is not loaded yet.</summary>
    public TextEmbedder? Tower => _tower;

    /// <summary>Loads it, where one is named.</summary>
    /// <exception cref="PromptKDException">It cannot be read.</exception>
    public void Load(CancellationToken cancellation)
    {
        if (options.TextTower.Length > 0)
        {
            _tower = TextEmbedder.Load(
                options.TextTower,
                new TextOptions
                {
                    Vocabulary = options.Vocabulary,
                    Device = options.Device,
                    DeviceIndex = options.DeviceIndex,
                    Precision = options.Precision,
                    OnnxProvider = options.OnnxProvider ?? "CPU",
                    Threads = options.Threads,
                    BatchSize = options.Batch,
                },
                cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tower?.Dispose();
}
