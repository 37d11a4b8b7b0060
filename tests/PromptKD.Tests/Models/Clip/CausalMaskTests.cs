using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class CausalMaskTests
{
    private const float No = float.NegativeInfinity;

    [Fact]
    public void A_token_sees_itself_and_those_before_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using var mask = new CausalMask(5, ScalarType.Float32, CPU);

        TensorAssert.SameBytes(
            tensor(new[,] { { 0, No, No }, { 0, 0, No }, { 0, 0, 0 } }), mask.Behind(before: 0, tokens: 3));
    }

    [Fact]
    public void Tokens_behind_others_see_all_of_these()
    {
        using DisposeScope scope = NewDisposeScope();
        using var mask = new CausalMask(5, ScalarType.Float32, CPU);

        TensorAssert.SameBytes(tensor(new[,] { { 0, 0, 0, No }, { 0, 0, 0, 0 } }), mask.Behind(before: 2, tokens: 2));
    }

    [Fact]
    public void One_token_of_each_text_sees_what_comes_before_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using var mask = new CausalMask(5, ScalarType.BFloat16, CPU);

        Tensor rows = mask.Of(tensor(new long[] { 2, 0 }), tokens: 4);

        Tensor expected = tensor(new[,] { { 0, 0, 0, No }, { 0, No, No, No } }).view(2, 1, 1, 4);
        TensorAssert.SameBytes(expected.to(ScalarType.BFloat16), rows);
    }

    [Fact]
    public void Lives_as_long_as_the_tower_not_as_the_scope_it_was_made_in()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        CausalMask mask;
        using (NewDisposeScope())
        {
            mask = new CausalMask(3, ScalarType.Float32, CPU);
        }

        using (NewDisposeScope())
        {
            Assert.Equal(0, mask.Behind(0, 3)[2, 2].item<float>());
        }

        mask.Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
