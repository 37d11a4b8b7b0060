using System.Globalization;
using System.Text.RegularExpressions;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Evaluation;

/// <summary>
/// Looks for words in learned text tokens: those whose embeddings lie nearest. CoOp's authors found that few can be
/// read (arXiv 2109.01134); a short distance says no more than that.
/// </summary>
/// <remarks>
/// Follows CoOp interpret_prompt.py; tokens learned for each class, and those that enter deeper layers, are read too. A
/// deeper layer's tokens are compared with the same embeddings, though nothing there is an embedding any more.
/// </remarks>
public static partial class PromptInterpretation
{
    // As CoOp saves its prompt learner alone, and as the others save a whole model.
    private static readonly string[] s_contextNames = ["ctx", "prompt_learner.ctx"];

    /// <summary>The words nearest to each learned token of a checkpoint.</summary>
    /// <param name="checkpoint">A checkpoint of CoOp, CoCoOp, IVLP, MaPLe or PromptSRC.</param>
    /// <param name="clip">The CLIP that it was learned on: a file, a folder, or a name such as
    /// <c>openai:ViT-B/16</c>.</param>
    /// <param name="nearest">Words for each token, at least 1; no more than the vocabulary has.</param>
    /// <param name="vocabulary">CLIP's vocabulary; null to look for it.</param>
    /// <param name="cancellationToken">Stops a download, and between tokens.</param>
    /// <exception cref="PromptKDException">
    /// The checkpoint has no learned text tokens, they belong to another CLIP, or a file cannot be read.
    /// </exception>
    public static IReadOnlyList<LearnedToken> FindWords(
        string checkpoint,
        string clip,
        int nearest = 5,
        string? vocabulary = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(nearest);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<(int Layer, Tensor Tokens)> learned = ReadTokens(checkpoint);
        using ClipCheckpoint model = ModelFiles.OpenClip(clip, observer: null, cancellationToken);
        Tensor table = model.Tensors["token_embedding.weight"].to(ScalarType.Float32); // [vocabulary, width]
        if (learned.FirstOrDefault(layer => layer.Tokens.shape[^1] != table.shape[1]).Tokens is { } other)
        {
            throw new PromptKDException(
                $"{checkpoint}: its learned text tokens have {other.shape[^1]} channels, but those of "
                + $"{model.Description} have {table.shape[1]}. Give the CLIP that they were learned on.");
        }

        var tokenizer = ClipTokenizer.Load(ModelFiles.FindVocabulary(vocabulary, model.Folder, cancellationToken));
        if (tokenizer.VocabularySize != table.shape[0])
        {
            throw new PromptKDException(
                $"The vocabulary has {tokenizer.VocabularySize} tokens, but {model.Description} has {table.shape[0]}. "
                + "Give that model's own.");
        }

        var found = new List<LearnedToken>();
        foreach (LearnedToken token in learned.SelectMany(
            layer => Describe(layer.Layer, layer.Tokens, table, nearest, tokenizer)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Add(token);
        }

        return found;
    }

    private static IEnumerable<LearnedToken> Describe(
        int layer, Tensor tokens, Tensor table, int nearest, ClipTokenizer tokenizer)
    {
        bool perClass = tokens.dim() == 3;
        int length = (int)tokens.shape[^2];
        Tensor rows = tokens.view(-1, tokens.shape[^1]); // [classes · length or length, width]
        for (int row = 0; row < rows.shape[0]; row++)
        {
            yield return new LearnedToken(
                perClass ? row / length : null, row % length, Nearest(rows[row], table, nearest, tokenizer))
            {
                Layer = layer,
            };
        }
    }

    // [length, width], or [classes, length, width] where each class has tokens of its own; layer 0 first.
    private static IReadOnlyList<(int Layer, Tensor Tokens)> ReadTokens(string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        string? name = s_contextNames.FirstOrDefault(file.Tensors.ContainsKey);
        return name is not null && file.Tensors[name] is { Shape.Length: 2 or 3 } first
            ?
            [
                (0, Read(first)),
                .. file.Tensors
                    .Where(named => named.Value.Shape.Length == 2)
                    .Select(named => (Layer: LayerOf(named.Key), Entry: named.Value))
                    .Where(named => named.Layer is not null)
                    .OrderBy(named => named.Layer)
                    .Select(named => (named.Layer!.Value, Read(named.Entry))),
            ]
            : throw new PromptKDException(
                $"{path}: no learned text tokens ('{string.Join("' or '", s_contextNames)}') among "
                + $"{Counted.Of(file.Tensors.Count, "tensor")}. Is it a checkpoint of CoOp, CoCoOp, IVLP, MaPLe or "
                + "PromptSRC?");
    }

    private static Tensor Read(TensorEntry entry) => entry.Read().to(ScalarType.Float32);

    // IVLP and PromptSRC name a block of the tower; MaPLe counts from the second block, whose tokens are its first.
    private static int? LayerOf(string name)
    {
        if (DeepTokens().Match(name) is not { Success: true } match)
        {
            return null;
        }

        int number = int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        return match.Groups["maple"].Success ? number + 1 : number;
    }

    [GeneratedRegex(
        @"^(text_encoder\.transformer\.resblocks|(?<maple>prompt_learner\.compound_prompts_text))"
        + @"\.(?<number>\d{1,3})(\.VPT_shallow)?$")]
    private static partial Regex DeepTokens();

    private static NearWord[] Nearest(Tensor token, Tensor table, int count, ClipTokenizer tokenizer)
    {
        using DisposeScope scope = NewDisposeScope();

        // Differences first: the usual expansion into products loses the digits that tell near words apart.
        Tensor distances = (table - token).norm(1); // [vocabulary]
        (Tensor values, Tensor indices) = distances.topk((int)Math.Min(count, table.shape[0]), largest: false);
        return
        [
            .. values.data<float>().ToArray().Zip(indices.data<long>().ToArray(), (distance, id) =>
            {
                string text = tokenizer.Decode([(int)id]);
                return new NearWord(text.TrimEnd(' '), text.EndsWith(' '), distance);
            }),
        ];
    }
}

/// <summary>A learned text token and the words near it.</summary>
/// <param name="Class">Number of the class that it was learned for, from 0; null where all classes share it.</param>
/// <param name="Position">Its place among the learned tokens, from 0.</param>
/// <param name="Words">The nearest first.</param>
public sealed record LearnedToken(int? Class, int Position, IReadOnlyList<NearWord> Words)
{
    /// <summary>The nearest first.</summary>
    public IReadOnlyList<NearWord> Words { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Words);

    /// <summary>The layer of the text tower that it enters, from 0.</summary>
    public int Layer { get; init; }
}

/// <summary>A token of the vocabulary.</summary>
/// <param name="Text">What it spells.</param>
/// <param name="EndsWord">Whether a word ends with it; else it is the beginning or the middle of one.</param>
/// <param name="Distance">Euclidean distance of the two embeddings.</param>
public sealed record NearWord(string Text, bool EndsWord, double Distance);
