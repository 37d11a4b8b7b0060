using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Runtime;

namespace PromptKD.Tests.Export.Onnx;

/// <summary>Linear layers in 8 bits, computed by ONNX Runtime, against rounding by hand.</summary>
public sealed class WholeNumbersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly OnnxGraph _graph = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Weights_have_a_scale_for_each_output()
    {
        using Tensor weight = tensor(new float[,] { { 127, -63.6f, 1 }, { 0.5f, 0.25f, -1 }, { 0, 0, 0 } });

        var whole = WholeWeights.Of(weight);

        // [inputs, outputs]: 0.5 / (1 / 127) = 63.5 and 31.75; halves to even.
        Assert.Equal([127, 64, 0, -64, 32, 0, 1, -127, 0], whole.Values.Select(value => (int)(sbyte)value));
        Assert.Equal([1f, 1f / 127], whole.Scales[..2]);
        Assert.InRange(whole.Scales[2], 0, 1e-20f);
    }

    [Theory]
    [InlineData(-1, 4, 5f / 255, 51)]
    [InlineData(0, 2.55, 0.01f, 0)]
    [InlineData(-2.55, 0, 0.01f, 255)]
    [InlineData(0, 0, 1e-30f, 0)]
    public void A_range_has_255_steps_one_of_which_is_0(float low, float high, float scale, int zero)
    {
        var range = new ValueRange(low, high);

        Assert.Equal(scale, range.Scale, 1e-9);
        Assert.Equal(zero, range.Zero);
    }

    // x is from −1 to 4: a step is 5/255, and 0 is the 51st. 2.01 is 102.51 steps, so 103; the weight 1 is 127 of 127.
    [Fact]
    public void The_range_of_a_call_rounds_what_is_multiplied()
    {
        float[] y = Run(new DynamicProduct(), [-1, 4, 2.01f]);

        Assert.Equal([-1f, 4f, 103 * 5f / 255], y, new Near(1e-5f));
    }

    // Of −1 to 2 a step is 3/255, and 4 is cut off.
    [Fact]
    public void A_range_that_was_measured_cuts_off_what_lies_beyond()
    {
        var ranges = new Dictionary<string, ValueRange> { ["x"] = new(-1, 2) };

        float[] y = Run(new StaticProduct(ranges), [-1, 4, 0.501f]);

        Assert.Equal([-1f, 2f, 43 * 3f / 255], y, new Near(1e-5f)); // 0.501 is 42.6 steps.
    }

    // 255 · 127 + 255 · 127 is more than 16 bits hold: where the processor has no VNNI, ONNX Runtime's fast product
    // stops at 32767, which makes 2.01 of 3.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_largest_values_are_summed_whole_on_every_processor(bool isStatic)
    {
        var ranges = new Dictionary<string, ValueRange> { ["x"] = new(0, 1) };
        using Tensor weight = ones(3, 3);

        float[] y = Run(isStatic ? new StaticProduct(ranges) : new DynamicProduct(), [1, 1, 1], weight);

        Assert.Equal([3f, 3f, 3f], y, new Near(1e-5f));
    }

    [Fact]
    public void What_three_layers_are_given_is_rounded_once()
    {
        string input = _graph.Input("x", TensorProto.Types.DataType.Float, 3);
        var layers = new OnnxLayers(_graph, new DynamicProduct());
        using Tensor weight = eye(3), bias = zeros(3);
        foreach (string name in new[] { "query", "key", "value" })
        {
            layers.Linear(name, input, weight, bias);
        }

        Assert.Single(_graph.ToModel().Graph.Node, node => node.OpType == "DynamicQuantizeLinear");
    }

    [Theory]
    [InlineData(false, "DynamicQuantizeMatMul")]
    [InlineData(true, "MatMulIntegerToFloat")]
    public void The_runtime_multiplies_whole_numbers(bool isStatic, string kernel)
    {
        var ranges = new Dictionary<string, ValueRange> { ["x"] = new(-1, 2) };
        Run(isStatic ? new StaticProduct(ranges) : new DynamicProduct(), [-1, 4, 0.5f]);
        string optimised = Path.Combine(_folder, "optimised.onnx");

        using (var options = new Microsoft.ML.OnnxRuntime.SessionOptions { OptimizedModelFilePath = optimised })
        {
            new Microsoft.ML.OnnxRuntime.InferenceSession(Path.Combine(_folder, "graph.onnx"), options).Dispose();
        }

        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(optimised));
        Assert.Contains(kernel, model.Graph.Node.Select(node => node.OpType));
        Assert.DoesNotContain("MatMul", model.Graph.Node.Select(node => node.OpType));
    }

    // y = x, by a layer whose weights are those of the identity; one token, as in a tower.
    private float[] Run(IMatrixProduct product, float[] x)
    {
        using Tensor same = eye(3);
        return Run(product, x, same);
    }

    private float[] Run(IMatrixProduct product, float[] x, Tensor weight)
    {
        string input = _graph.Input("x", TensorProto.Types.DataType.Float, 1, 3);
        using Tensor bias = zeros(3);
        string y = new OnnxLayers(_graph, product).Linear("y", input, weight, bias);
        _graph.Output(y, 1, 3);
        string path = Path.Combine(_folder, "graph.onnx");
        OnnxFile.Write(path, _graph.ToModel(), (_, _) => "{}");
        using OnnxSession session = OnnxSession.Open(path);
        return session.Run("x", x, [1, 1, 3], [y])[0];
    }

    private sealed class Near(float tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float obj) => 0;
    }
}
