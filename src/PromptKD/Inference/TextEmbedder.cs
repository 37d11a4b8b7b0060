using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Inference;

/// <summary>
/// The text tower of a CLIP: turns texts into vectors, beside which those of its pictures lie, and those of the
/// students that learned from it. Any number of threads may share it.
/// </summary>
public sealed class TextEmbedder : IDisposable
{
    private readonly TextTower _encoder;
    private readonly ITextTokenizer _tokenizer;
    private readonly SharedUse _shared;
    private readonly int _batchSize;

    private TextEmbedder(TextTower encoder, ITextTokenizer tokenizer, int batchSize)
    {
        _encoder = encoder;
        _tokenizer = tokenizer;
        _batchSize = batchSize;
        _shared = new SharedUse(typeof(TextEmbedder), encoder.Dispose);
    }

    /// <summary>Numbers of a vector.</summary>
    public int EmbeddingSize => _encoder.Architecture.EmbeddingSize;

    /// <summary>Reads the text tower of a CLIP.</summary>
    /// <param name="clip">A checkpoint, a folder, or a name such as <c>openai:ViT-L/14</c>.</param>
    /// <param name="options">Vocabulary, where and how to compute; null for the defaults.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    /// <exception cref="PromptKDException">
    /// The CLIP or the vocabulary cannot be read, or the device is not there.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option cannot be meant.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TextEmbedder Load(
        string clip, TextOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(clip);
        options ??= new TextOptions();
        options.Check();
        using var parts = new Unfinished();
        ClipCheckpoint checkpoint = parts.Add(ModelFiles.OpenClip(clip, options.Watch(), cancellationToken));
        ComputeTarget target = options.Resolve("auto", checkpoint.Architecture.TextWidth);
        using FrozenClip frozen = parts.HandOver(new FrozenClip(checkpoint, prompts: null, target));
        var tokenizer = TextTokenizers.Load(
            ModelFiles.FindVocabulary(options.Vocabulary, frozen.Folder, cancellationToken));
        return new TextEmbedder(frozen.ReadTextTower(tokenizer), tokenizer, options.BatchSize);
    }

    /// <summary>The vector of a text.</summary>
    /// <param name="text">A caption, as "a photo of a dog.".</param>
    /// <param name="cancellationToken">Stops before the text is computed.</param>
    /// <returns>[embedding size], of length 1.</returns>
    /// <exception cref="PromptKDException">The text has more tokens than the tower reads.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public float[] Embed(string text, CancellationToken cancellationToken = default) =>
        Embed([text], cancellationToken)[0];

    /// <summary>The vectors of texts, computed in batches.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>For each text, in order, [embedding size], of length 1.</returns>
    /// <exception cref="PromptKDException">A text has more tokens than the tower reads.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        using SharedUse.Use use = _shared.Enter();
        List<float[]> vectors = [];
        foreach (string[] some in texts.Chunk(_batchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            vectors.AddRange(Encode(some));
        }

        return vectors;
    }

    /// <summary>As the synchronous form; computed by the thread pool.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>For each text, in order, [embedding size], of length 1.</returns>
    /// <exception cref="PromptKDException">A text has more tokens than the tower reads.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<IReadOnlyList<float[]>> EmbedAsync(
        IReadOnlyList<string> texts, CancellationToken cancellationToken = default) =>
        Task.Run(() => Embed(texts, cancellationToken), cancellationToken);

    /// <summary>Frees the tower behind the last call that is under way.</summary>
    public void Dispose() => _shared.Dispose();

    private float[][] Encode(string[] texts)
    {
        int context = _encoder.Architecture.ContextLength;
        long[] ids = [.. texts.SelectMany(text => _tokenizer.Tokenize(text, context)).Select(id => (long)id)];
        ComputeThreads.Follow();
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = tensor(ids).view(texts.Length, context).to(_encoder.Device);
        Tensor features = nn.functional.normalize(_encoder.forward(tokens, prompts: null), dim: -1);
        return TorchModel.Rows(features);
    }
}
