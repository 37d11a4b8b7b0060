using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Tests.Models.Clip;

public sealed class SelfAttentionTests
{
    private const long Width = 24;
    private const long Heads = 3;
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Equals_torchs_own_attention(bool masked)
    {
        using DisposeScope scope = NewDisposeScope();
        using SelfAttention attention = Filled();
        using var reference = nn.MultiheadAttention(Width, Heads);
        reference.load_state_dict(attention.state_dict());
        Tensor x = TinyClip.Random(1, 2, 5, Width);
        using CausalMask causal = Causal(ScalarType.Float32);

        Tensor actual = attention.forward(x, masked ? causal : null);

        // torch's layer wants [tokens, batch, width].
        Tensor turned = x.transpose(0, 1);
        Tensor? mask = masked ? full([5, 5], double.NegativeInfinity, ScalarType.Float32).triu_(1) : null;
        Tensor expected = reference.forward(turned, turned, turned, null, false, mask).Item1.transpose(0, 1);
        TensorAssert.Near(expected, actual, Tolerance);
    }

    [Fact]
    public void Equals_itself_where_only_some_tokens_ask()
    {
        using DisposeScope scope = NewDisposeScope();
        using SelfAttention attention = Filled();
        Tensor x = TinyClip.Random(2, 2, 5, Width);
        using CausalMask causal = Causal(ScalarType.Float32);
        Tensor mask = tensor([0, 0, 0, 0, float.NegativeInfinity]).view(1, 1, 1, 5);

        Tensor actual = attention.ForwardQueries(x.narrow(1, 3, 1), x, mask);

        TensorAssert.Near(attention.forward(x, causal).narrow(1, 3, 1), actual, Tolerance);
    }

    [Fact]
    public void A_causal_pass_equals_one_with_the_mask_of_all_tokens_to_the_byte()
    {
        using DisposeScope scope = NewDisposeScope();
        using SelfAttention attention = Filled();
        using CausalMask causal = Causal(ScalarType.Float32);
        Tensor x = TinyClip.Random(4, 2, 5, Width);
        Tensor mask = full([5, 5], double.NegativeInfinity, ScalarType.Float32).triu_(1);

        TensorAssert.SameBytes(attention.ForwardQueries(x, x, mask.view(1, 1, 5, 5)), attention.forward(x, causal));
    }

    [Fact]
    public void Stays_near_float32_in_bfloat16()
    {
        using DisposeScope scope = NewDisposeScope();
        using SelfAttention exact = Filled();
        using var rounded = new SelfAttention(Width, Heads, ScalarType.BFloat16, CPU);
        ModuleWeights.Fill(rounded, exact.state_dict(), "", "attention");
        Tensor x = TinyClip.Random(3, 2, 5, Width);
        using CausalMask mask = Causal(ScalarType.Float32), roundedMask = Causal(ScalarType.BFloat16);

        Tensor actual = rounded.forward(x.to(ScalarType.BFloat16), roundedMask);

        // bfloat16 keeps 8 bits: 0.4 % of each number, four products deep.
        Tensor expected = exact.forward(x, mask);
        TensorAssert.Near(expected, actual, 0.02 * expected.abs().max().item<float>());
    }

    // Longer than the sequences here: they take its beginning.
    private static CausalMask Causal(ScalarType type) => new(9, type, CPU);

    private static SelfAttention Filled()
    {
        var attention = new SelfAttention(Width, Heads, ScalarType.Float32, CPU);
        ulong seed = 10;
        var values = attention.state_dict()
            .ToDictionary(named => named.Key, named => TinyClip.Random(seed++, named.Value.shape).TimesInPlace(0.3));
        ModuleWeights.Fill(attention, values, "", "attention");
        return attention;
    }
}
