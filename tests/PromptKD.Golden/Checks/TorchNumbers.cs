using PromptKD.Data;

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
        Tensor logarithms = tensor(new float[] { (float)from, (float)to }).log();
        return exp(empty(1).uniform_(logarithms[0].item<float>(), logarithms[1].item<float>(), _generator)).item<float>();
    }

    /// <inheritdoc/>
    public int Below(int end) => (int)randint(0, end, 1, ScalarType.Int64, generator: _generator).item<long>();

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();
}
