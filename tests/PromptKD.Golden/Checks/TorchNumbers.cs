using PromptKD.Data.Decoding;

namespace PromptKD.Golden.Checks;

/// <summary>The numbers that torchvision would draw after <c>torch.manual_seed</c>, in float32 like its own.</summary>
internal sealed class TorchNumbers(int seed) : IRandomNumbers, IDisposable
{
    private readonly Generator _generator = new((ulong)seed, CPU);

    /// <inheritdoc/>
    public double Uniform(double from, double to) =>
        empty(1).uniform_(from, to, _generator).item<float>();

    /// <inheritdoc/>
    public double LogUniform(double from, double to)
    {
        float[] ends = [.. tensor(new float[] { (float)from, (float)to }).log().data<float>()];
        return empty(1).uniform_(ends[0], ends[1], _generator).exp().item<float>();
    }

    /// <inheritdoc/>
    public int Below(int end) => (int)randint(0, end, 1, ScalarType.Int64, generator: _generator).item<long>();

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();
}
