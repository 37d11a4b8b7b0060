using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Tests.Export.Onnx;

/// <summary>Single operators, computed by ONNX Runtime, against arithmetic by hand.</summary>
public sealed class OnnxLayersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly OnnxGraph _graph = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(ClipActivation.QuickGelu, 1, 0.845795)] // 1 / (1 + e^-1.702)
    [InlineData(ClipActivation.Gelu, 1, 0.841345)] // Φ(1)
    [InlineData(ClipActivation.Gelu, -1, -0.158655)]
    public void A_nonlinearity_is_its_formula(ClipActivation activation, float x, float expected)
    {
        string input = _graph.Input("x", TensorProto.Types.DataType.Float, 1);
        string y = new OnnxLayers(_graph).Activate("y", input, activation);

        Assert.Equal(expected, Run(y, [x], 1).Single(), 1e-5);
    }

    [Fact]
    public void A_linear_layer_multiplies_by_the_transpose()
    {
        string input = _graph.Input("x", TensorProto.Types.DataType.Float, 2);
        using Tensor weight = tensor(new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } });
        using Tensor bias = tensor(new float[] { 10, 20, 30 });
        string y = new OnnxLayers(_graph).Linear("y", input, weight, bias);

        Assert.Equal([10 - 1, 20 - 1, 30 - 1], Run(y, [1, -1], 2));
    }

    [Fact]
    public void Attention_mixes_values_by_the_softmax_of_scores()
    {
        // Two tokens, one head of width 1: scores 1·0 and 1·ln 3 weigh the values 0 and 4 with 1/4 and 3/4.
        string input = _graph.Input("x", TensorProto.Types.DataType.Float, 2, 1);
        using Tensor factors = tensor(new[] { 4 / MathF.Log(3) });
        string values = _graph.Add("Mul", "values", [input, _graph.Weight("factors", factors)]);
        string none = _graph.Add("Sub", "none", [input, input]);
        string asking = _graph.Add("Add", "asking", [none, _graph.Number("one", 1)]);
        string y = new OnnxLayers(_graph).Attend("y", asking, input, values, heads: 1, width: 1);

        float[] mixed = Run(y, [0, MathF.Log(3)], 2, 1);

        Assert.Equal(3f, mixed[0], 1e-5);
        Assert.Equal(3f, mixed[1], 1e-5);
    }

    [Fact]
    public void A_name_that_is_taken_gets_a_number()
    {
        string input = _graph.Input("x", TensorProto.Types.DataType.Float, 1);

        Assert.Equal(["y", "y_1"], [_graph.Add("Relu", "y", [input]), _graph.Add("Relu", "y", [input])]);
    }

    private float[] Run(string output, float[] x, params long[] axes)
    {
        _graph.Output(output, axes);
        string path = Path.Combine(_folder, "graph.onnx");
        OnnxFile.Write(path, _graph.ToModel(), (_, _) => "{}");
        using OnnxSession session = OnnxSession.Open(path);
        return session.Run("x", x, [1, .. axes], [output])[0];
    }
}
