namespace PromptKD.Runtime;

/// <summary>Arithmetic of tensors with numbers that outlive the call into libtorch.</summary>
/// <remarks>
/// TorchSharp 0.107 gives native code the address of a <see cref="Scalar"/> (the factor in <c>a * 3</c>, and the 1 that
/// every <c>a + b</c> multiplies <c>b</c> by) and forgets the scalar: a garbage collection during the call frees it,
/// and the operation fails or computes with what took its place. Here a scalar is held until the call is over. A test
/// reads the assembly and finds whoever does such arithmetic by other means.
/// </remarks>
internal static class HeldScalars
{
    // Never freed: the program's own.
    private static readonly Scalar s_one = 1;

    /// <summary><c>left + right</c>.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, s_one);

    /// <summary><c>left += right</c>.</summary>
    public static Tensor PlusInPlace(this Tensor left, Tensor right) => left.add_(right, s_one);

    /// <summary><c>count += 1</c>.</summary>
    public static Tensor CountInPlace(this Tensor count) => count.add_(s_one, s_one);

    /// <summary><c>left - right</c>.</summary>
    public static Tensor Minus(this Tensor left, double right)
    {
        using Scalar held = right;
        return left.sub(held);
    }

    /// <summary><c>left * right</c>.</summary>
    public static Tensor Times(this Tensor left, double right)
    {
        using Scalar held = right;
        return left.mul(held);
    }

    /// <summary><c>left *= right</c>.</summary>
    public static Tensor TimesInPlace(this Tensor left, double right)
    {
        using Scalar held = right;
        return left.mul_(held);
    }

    /// <summary><c>left / right</c>.</summary>
    public static Tensor Over(this Tensor left, double right)
    {
        using Scalar held = right;
        return left.div(held);
    }

    /// <summary><c>left /= right</c>.</summary>
    public static Tensor OverInPlace(this Tensor left, double right)
    {
        using Scalar held = right;
        return left.div_(held);
    }

    /// <summary>The larger of each value and a number.</summary>
    public static Tensor AtLeast(this Tensor left, double smallest)
    {
        using Scalar held = smallest;
        return left.clamp_min(held);
    }

    /// <summary>Writes one value throughout.</summary>
    public static Tensor FillInPlace(this Tensor place, double value)
    {
        using Scalar held = value;
        return place.fill_(held);
    }

    /// <summary>A tensor of one value throughout.</summary>
    public static Tensor Filled(long[] shape, double value, ScalarType type, Device device)
    {
        using Scalar held = value;
        return full(shape, held, type, device);
    }
}
