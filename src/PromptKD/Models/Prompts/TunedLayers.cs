using System.Text.RegularExpressions;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Layers;
using TorchSharp.Modules;

namespace PromptKD.Models.Prompts;

/// <summary>Which weights of a tower learn, where its last layers do: theirs, and those of all that stands behind
/// them.</summary>
internal static partial class TunedLayers
{
    // What stands behind the layers or blocks of each family.
    private static readonly HashSet<string> s_behind =
    [
        "ln_post", "proj", "attnpool", "norm", "fc_norm", "attn_pool", "head", "final_conv", "conv_head", "norm_head",
    ];

    /// <summary>The weights that learn, in the tower's order.</summary>
    /// <param name="encoder">The tower.</param>
    /// <param name="last">How many layers or blocks; 0 for the whole tower.</param>
    /// <exception cref="PromptKDException">It has fewer.</exception>
    public static IReadOnlyList<KeyValuePair<string, Parameter>> Of(ImageEncoder encoder, int last)
    {
        Func<string, bool> learns = Choose(encoder, last);
        return
        [
            .. encoder.named_parameters().Where(named => learns(named.name))
                .Select(named => KeyValuePair.Create(named.name, named.parameter)),
        ];
    }

    /// <summary>Refuses what the tower cannot do, without any of its values: before work has been done.</summary>
    /// <param name="encoder">The tower; on the device of shapes alone will do.</param>
    /// <param name="last">As in <see cref="Of"/>.</param>
    /// <param name="movesStatistics">Whether batch normalisation is to move its statistics.</param>
    /// <exception cref="PromptKDException">It has fewer layers, or no batch normalisation that could.</exception>
    public static void Check(ImageEncoder encoder, int last, bool movesStatistics)
    {
        _ = Choose(encoder, last);
        if (movesStatistics)
        {
            MoveStatistics(encoder, last);
        }
    }

    /// <summary>Lets batch normalisation move its statistics where it learns.</summary>
    /// <param name="encoder">The tower.</param>
    /// <param name="last">As in <see cref="Of"/>.</param>
    /// <exception cref="PromptKDException">It has no batch normalisation whose statistics can move.</exception>
    public static void MoveStatistics(ImageEncoder encoder, int last)
    {
        Func<string, bool> learns = Choose(encoder, last);
        bool hasMoved = false;
        foreach ((string name, nn.Module module) in encoder.named_modules())
        {
            if (module is BatchNormLayer layer && learns($"{name}.weight"))
            {
                layer.MovesStatistics = hasMoved = true;
            }
        }

        if (!hasMoved)
        {
            throw new PromptKDException(
                $"‹batch-norm› is moving (TRAINER.PROMPTKD.BATCH_NORM), but {encoder.Architecture.Name} has no "
                + "batch normalisation that learns and whose statistics can move. Give frozen.");
        }
    }

    private static Func<string, bool> Choose(ImageEncoder encoder, int last)
    {
        if (last == 0)
        {
            return _ => true;
        }

        string[] blocks =
        [
            .. encoder.named_parameters().Select(named => BlockOf(named.name)).Where(block => block.Length > 0)
                .Distinct(),
        ];
        if (last > blocks.Length)
        {
            throw new PromptKDException(
                $"The last {last} layers are to learn, but {encoder.Architecture.Name} has {blocks.Length}. Give 1 to "
                + $"{blocks.Length}, or let the whole tower learn.");
        }

        var chosen = blocks[^last..].ToHashSet(StringComparer.Ordinal);
        return name => BlockOf(name) is { Length: > 0 } block
            ? chosen.Contains(block)
            : s_behind.Contains(name.Split('.')[0]);
    }

    private static string BlockOf(string name) => Block().Match(name).Value;

    // transformer.resblocks.0. · layer1.0. · stages.0.blocks.0. · blocks.0.0. of MobileNetV4 · blocks.0. of other
    // transformers.
    [GeneratedRegex(
        @"^(transformer\.resblocks\.[0-9]+|layer[0-9]+\.[0-9]+|stages\.[0-9]+\.blocks\.[0-9]+"
        + @"|blocks\.[0-9]+(\.[0-9]+)?)\.")]
    private static partial Regex Block();
}
