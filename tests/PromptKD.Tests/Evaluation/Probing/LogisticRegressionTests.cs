using PromptKD.Evaluation.Probing;

namespace PromptKD.Tests.Evaluation.Probing;

public sealed class LogisticRegressionTests
{
    [Fact]
    public void Finds_the_minimum_worked_by_hand()
    {
        // Pictures at +1 (class 0) and −1 (class 1): by symmetry the weights are (w, −w), without bias. The function is
        // w² + 2 C ln(1 + exp(−2 w)), whose slope 2 w − 4 C / (1 + exp(2 w)) is zero at w = 1/2 for C = (1 + e) / 4.
        using DisposeScope scope = NewDisposeScope();
        Tensor features = tensor(new[,] { { 1.0 }, { -1.0 } });

        using var fitted = LogisticRegression.Fit(features, tensor([0L, 1L]), classes: 2, strength: (1 + Math.E) / 4);

        TensorAssert.Near(tensor(new[,] { { 0.5, -0.5 }, { -0.5, 0.5 } }), fitted.Logits(features), 1e-5);
    }

    [Fact]
    public void Does_not_penalise_the_bias()
    {
        // Equal pictures say nothing but how frequent the classes are: 3 to 1, whatever the penalty.
        using DisposeScope scope = NewDisposeScope();
        Tensor features = zeros(4, 2, ScalarType.Float64);

        Tensor labels = arange(4).eq(2).to(ScalarType.Int64);

        using var fitted = LogisticRegression.Fit(features, labels, classes: 2, strength: 1e-6);

        TensorAssert.Near(tensor(new[,] { { 0.75, 0.25 } }), fitted.Logits(features)[..1].softmax(-1), 1e-5);
    }

    [Fact]
    public void Ends_where_torch_finds_no_slope()
    {
        const double Strength = 3;
        using DisposeScope scope = NewDisposeScope();
        Tensor features = TinyClip.Random(5, 30, 6).to(ScalarType.Float64);
        Tensor labels = arange(30, dtype: ScalarType.Int64).remainder(4);
        using var fitted = LogisticRegression.Fit(features, labels, classes: 4, Strength);

        // The rows of the logits of zero and of the axes are bias and bias + weights.
        Tensor bias = fitted.Logits(zeros(1, 6, ScalarType.Float64))[0].requires_grad_();
        Tensor axes = eye(6, dtype: ScalarType.Float64);
        Tensor weights = fitted.Logits(axes).sub(bias.detach()).requires_grad_(); // [embedding, classes]
        Tensor loss = nn.functional.cross_entropy(features.matmul(weights) + bias, labels, reduction: nn.Reduction.Sum);
        (Strength * loss).add(weights.square().sum() / 2).backward();

        TensorAssert.Near(zeros(6, 4), weights.grad!, 2e-4);
        TensorAssert.Near(zeros(4), bias.grad!, 2e-4);
    }

    [Fact]
    public void Counts_the_pictures_whose_best_class_is_their_own()
    {
        using DisposeScope scope = NewDisposeScope();
        using var fitted = LogisticRegression.Fit(
            tensor(new[,] { { 1.0 }, { -1.0 } }), tensor([0L, 1L]), classes: 2, strength: 1);

        Tensor others = tensor(new[,] { { 2.0 }, { 0.5 }, { -3.0 }, { -1.0 } });
        Assert.Equal(75, fitted.Accuracy(others, arange(4).eq(2).to(ScalarType.Int64)));
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = TinyClip.Random(6, 8, 3).to(ScalarType.Float64);
        Tensor labels = arange(8, dtype: ScalarType.Int64).remainder(2);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (var fitted = LogisticRegression.Fit(features, labels, classes: 2, strength: 1))
        {
            fitted.Accuracy(features, labels);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
