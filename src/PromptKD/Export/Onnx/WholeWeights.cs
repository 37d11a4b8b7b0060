using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>Weights of a layer as whole numbers, −127 to 127, with a scale for each of its outputs.</summary>
/// <param name="Values">[inputs, outputs].</param>
/// <param name="Scales">[outputs].</param>
/// <param name="Inputs">How many there are.</param>
internal sealed record WholeWeights(byte[] Values, float[] Scales, int Inputs)
{
    private const double Most = 127;

    // Of weights that are all 0.
    private const double LeastScale = 1e-30;

    /// <summary>Rounds the weights of a layer.</summary>
    /// <param name="weight">[outputs, inputs].</param>
    public static WholeWeights Of(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor exact = weight.detach().to(ScalarType.Float32, CPU);
        Tensor scales = exact.abs().amax([1]).Over(Most).AtLeast(LeastScale);
        Tensor whole = exact.div(scales.unsqueeze(1)).round().to(ScalarType.Int8).t().contiguous();
        return new WholeWeights(whole.bytes.ToArray(), scales.data<float>().ToArray(), (int)weight.shape[1]);
    }

    /// <summary>Adds them to a graph.</summary>
    /// <returns>Their name.</returns>
    public string AddTo(OnnxGraph graph, string name) =>
        graph.Whole($"{name}/whole", [Inputs, Scales.Length], Values);

    /// <summary>Adds the scales to a graph.</summary>
    /// <returns>Their name.</returns>
    public string AddScalesTo(OnnxGraph graph, string name) =>
        graph.Numbers($"{name}/scales", Scales);

    /// <summary>Adds a zero for each output.</summary>
    /// <returns>Their name.</returns>
    public string AddZerosTo(OnnxGraph graph, string name) =>
        graph.Whole($"{name}/zeros", [Scales.Length], new byte[Scales.Length]);
}
