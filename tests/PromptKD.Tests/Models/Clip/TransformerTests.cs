using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Tests.Models.Clip;

public sealed class TransformerTests : IDisposable
{
    private const int Width = 16;
    private const double Tolerance = 1e-5;

    private readonly CausalMask _mask = new(12, ScalarType.Float32, CPU);

    public void Dispose() => _mask.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_token_comes_out_as_in_the_full_pass(int depth)
    {
        using DisposeScope scope = NewDisposeScope();
        using Transformer transformer = Filled();
        Tensor x = TinyClip.Random(1, 2, 7, Width);
        Transformer.Input input = Images(depth);

        Tensor actual = transformer.ForwardToken(x, input);

        TensorAssert.Near(transformer.forward(x, input).select(1, 0), actual, Tolerance);
    }

    [Fact]
    public void Chosen_tokens_behind_a_mask_come_out_as_in_the_full_pass()
    {
        using DisposeScope scope = NewDisposeScope();
        using Transformer transformer = Filled();
        Tensor x = TinyClip.Random(1, 2, 7, Width);
        Transformer.Input input = Texts(depth: 3);

        Tensor actual = transformer.ForwardToken(x, input, tensor(new long[] { 6, 4 }));

        Tensor all = transformer.forward(x, input);
        TensorAssert.Near(stack([all[0, 6], all[1, 4]]), actual, Tolerance);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prompts_receive_the_gradient_of_the_full_pass(bool masked)
    {
        using DisposeScope scope = NewDisposeScope();
        using Transformer transformer = Filled();
        Tensor x = TinyClip.Random(1, 2, 7, Width);
        Transformer.Input shortened = masked ? Texts(3) : Images(3);
        Transformer.Input full = masked ? Texts(3) : Images(3);
        Tensor weights = TinyClip.Random(5, 2, Width);
        long place = masked ? 6 : 0;

        (transformer.ForwardToken(x, shortened, tensor(new[] { place, place })) * weights).sum().backward();
        (transformer.forward(x, full).select(1, place) * weights).sum().backward();

        // Those of layer 0 are part of x: the transformer does not place them.
        for (int layer = 1; layer < 3; layer++)
        {
            TensorAssert.Near(full.Prompts!.Tokens[layer].grad!, shortened.Prompts!.Tokens[layer].grad!, Tolerance);
        }
    }

    [Fact]
    public void A_layer_sees_its_prompts_in_place_of_the_tokens()
    {
        // What stands in the prompts' places before a layer with prompts of its own cannot matter.
        using DisposeScope scope = NewDisposeScope();
        using Transformer transformer = Filled(layers: 2);
        Tensor x = TinyClip.Random(1, 1, 7, Width);
        List<Tensor> outputs = [];
        Transformer.Input input = Images(depth: 2) with
        {
            Observe = (_, output) => outputs.Add(output.detach().clone().DetachFromDisposeScope()),
        };

        Tensor y = transformer.forward(x, input);

        using Transformer second = OnlySecond(transformer);
        Tensor replaced = cat([outputs[0].narrow(1, 0, 5), input.Prompts!.Tokens[1].unsqueeze(0)], dim: 1);
        TensorAssert.Near(second.forward(replaced, new Transformer.Input(null, 0)), y, Tolerance);
        outputs.ForEach(output => output.Dispose());
    }

    [Fact]
    public void Frees_what_it_computes_on_the_way()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        using Transformer transformer = Filled();
        Tensor x = TinyClip.Random(1, 2, 7, Width);
        Transformer.Input input = Images(depth: 3);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        transformer.ForwardToken(x, input).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Transformer.Input Images(int depth) =>
        new(depth == 0 ? null : TinyClip.Prompts(depth, Width), PromptStart: 5);

    private Transformer.Input Texts(int depth) => new(TinyClip.Prompts(depth, Width), PromptStart: 1, _mask);

    private static Transformer Filled(int layers = 3)
    {
        var transformer = new Transformer(Width, layers, 2, ClipActivation.QuickGelu, ScalarType.Float32, CPU);
        ulong seed = 30;
        ModuleWeights.Fill(
            transformer,
            transformer.state_dict().ToDictionary(
                named => named.Key, named => TinyClip.Random(seed++, named.Value.shape).TimesInPlace(0.2)),
            "",
            "transformer");
        return transformer;
    }

    private static Transformer OnlySecond(Transformer both)
    {
        var second = new Transformer(Width, 1, 2, ClipActivation.QuickGelu, ScalarType.Float32, CPU);
        ModuleWeights.Fill(
            second,
            both.state_dict().ToDictionary(
                named => named.Key.Replace("resblocks.1.", "resblocks.0.", StringComparison.Ordinal) is var name
                    && name != named.Key ? name : $"first.{named.Key}",
                named => named.Value),
            "",
            "transformer");
        return second;
    }
}
