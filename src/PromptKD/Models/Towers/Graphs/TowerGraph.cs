using Microsoft.ML.OnnxRuntime;
using Onnx;
using PromptKD.Runtime;

namespace PromptKD.Models.Towers.Graphs;

/// <summary>A tower that is an ONNX file, frozen as it is: where it lies, and by which names it is asked.</summary>
internal sealed record TowerGraph
{
    /// <summary>The family of such towers, in packages.</summary>
    public const string Family = "onnx";

    private static readonly string[] s_usualOutputs = ["image_embeds", "text_embeds", "pooler_output"];

    /// <summary>The file; only for messages where <see cref="Bytes"/> are given.</summary>
    public required string Path { get; init; }

    /// <summary>The whole file in memory; null where it is opened by its path.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>What it is given.</summary>
    public required GraphValue Input { get; init; }

    /// <summary>What is read.</summary>
    public required GraphValue Output { get; init; }

    /// <summary>An input that says which tokens count: all of them do. Null where there is none.</summary>
    public string? Mask { get; init; }

    /// <summary>What computes it, by ONNX Runtime's name.</summary>
    public string Provider { get; init; } = "CPU";

    /// <summary>Which of several devices of that provider, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>Rows of a batch that it takes at once; null for any number.</summary>
    public int? Rows => Input.Sizes is [> 0 and var rows, ..] ? (int)rows : null;

    /// <summary>Numbers of a row that it gives; null where the file does not say it.</summary>
    public int? Width => Output.Sizes is [.., > 0 and var width] ? (int)width : null;

    /// <summary>The same, computed where a target says.</summary>
    public TowerGraph On(ComputeTarget target) => this with
    {
        Provider = target.OnnxProvider,
        DeviceIndex = Math.Max(0, target.Device.index),
    };

    /// <summary>A tower that looks at pictures.</summary>
    /// <param name="summary">Of the file.</param>
    /// <exception cref="PromptKDException">It takes or gives something else.</exception>
    public static TowerGraph OfPictures(GraphSummary summary)
    {
        GraphValue[] pictures = [.. summary.Inputs.Where(value => value.Sizes.Count == 4)];
        if (pictures is not [{ Type: TensorProto.Types.DataType.Float } input] || summary.Inputs.Count != 1)
        {
            throw new PromptKDException(
                $"{summary.Source}: takes {Show(summary.Inputs)}; an image tower takes pixel_values alone, float [any, "
                + "3, size, size]. Of a file that holds both towers, give the export in two: vision_model.onnx and "
                + "text_model.onnx.");
        }

        return new TowerGraph { Path = summary.Source, Input = input, Output = Choose(summary) };
    }

    /// <summary>A tower that reads texts.</summary>
    /// <param name="summary">Of the file.</param>
    /// <exception cref="PromptKDException">It takes or gives something else.</exception>
    public static TowerGraph OfTexts(GraphSummary summary)
    {
        GraphValue? ids = summary.Inputs.FirstOrDefault(value => value.Name == "input_ids")
            ?? (summary.Inputs.Count == 1 ? summary.Inputs[0] : null);
        GraphValue[] others = [.. summary.Inputs.Where(value => value != ids)];
        bool isMasked = others is [{ Name: "attention_mask" }];
        if (ids is not { Type: TensorProto.Types.DataType.Int64 } || (others.Length > 0 && !isMasked))
        {
            throw new PromptKDException(
                $"{summary.Source}: takes {Show(summary.Inputs)}; a text tower takes input_ids, int64 [any, context], "
                + "and attention_mask at most.");
        }

        return new TowerGraph
        {
            Path = summary.Source,
            Input = ids,
            Output = Choose(summary),
            Mask = isMasked ? others[0].Name : null,
        };
    }

    /// <summary>Loads it into ONNX Runtime.</summary>
    /// <exception cref="PromptKDException">ONNX Runtime cannot load it, or has no such provider.</exception>
    public OnnxSession Open() => Bytes is { } bytes
        ? OnnxSession.Open(bytes, Path, Configure)
        : OnnxSession.Open(Path, Configure);

    /// <summary>Asks it about some rows.</summary>
    /// <param name="session">As <see cref="Open"/> gave it.</param>
    /// <param name="values">Of all rows.</param>
    /// <param name="shape">[rows, …].</param>
    /// <returns>Flattened, [rows, width].</returns>
    /// <exception cref="PromptKDException">ONNX Runtime refuses them.</exception>
    public float[] Ask<T>(OnnxSession session, T[] values, long[] shape)
        where T : unmanaged
    {
        int rows = (int)shape[0];
        int step = Rows ?? rows;
        if (rows % step != 0)
        {
            throw new PromptKDException(
                $"{Path}: takes exactly {step} rows at once, and {rows} are to be computed. Export it with a batch of "
                + "any size, or of 1.");
        }

        int length = values.Length / rows * step;
        return [.. Enumerable.Range(0, rows / step).SelectMany(part =>
            Ask(session, values.AsMemory(part * length, length).ToArray(), [step, .. shape[1..]], step))];
    }

    private float[] Ask<T>(OnnxSession session, T[] values, long[] shape, int rows)
        where T : unmanaged
    {
        using OrtValue given = OnnxSession.Copy<T>(values, shape);
        using OrtValue? mask = Mask is null
            ? null
            : OnnxSession.Copy<long>([.. Enumerable.Repeat(1L, values.Length)], shape);
        var inputs = new Dictionary<string, OrtValue> { [Input.Name] = given };
        if (mask is not null)
        {
            inputs[Mask!] = mask;
        }

        float[] found = session.Run(inputs, Output.Name);
        return found.Length % rows == 0 && (Width ?? (found.Length / rows)) * rows == found.Length
            ? found
            : throw new PromptKDException($"{Path}: gave {found.Length} numbers for {rows} rows of {Output}.");
    }

    private void Configure(SessionOptions options) => ExecutionProvider.Append(options, Provider, DeviceIndex);

    // The usual names first; else the only table of numbers.
    private static GraphValue Choose(GraphSummary summary)
    {
        GraphValue[] tables =
        [
            .. summary.Outputs.Where(value => value is { Sizes.Count: 2, Type: TensorProto.Types.DataType.Float }),
        ];
        GraphValue? usual = s_usualOutputs.Select(name => tables.FirstOrDefault(value => value.Name == name))
            .FirstOrDefault(value => value is not null);
        return usual ?? (tables.Length == 1 ? tables[0] : throw new PromptKDException(
            $"{summary.Source}: gives {Show(summary.Outputs)}; features are one table, float [any, width], called "
            + $"{string.Join(", ", s_usualOutputs)}, or alone of its kind."));
    }

    private static string Show(IReadOnlyList<GraphValue> values)
    {
        const int Shown = 4;
        string some = string.Join(", ", values.Take(Shown));
        return Printable.Line(
            values.Count == 0 ? "nothing" : values.Count > Shown ? $"{some} and {values.Count - Shown} more" : some);
    }
}
