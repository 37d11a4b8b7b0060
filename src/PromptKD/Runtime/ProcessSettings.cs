namespace PromptKD.Runtime;

/// <summary>
/// What a piece of work changes of its process (libtorch's number of threads, its random generator, TF32 on GPUs), put
/// back when it ends. Pieces that overlap in time see each other's settings.
/// </summary>
internal sealed class ProcessSettings : IDisposable
{
    private readonly int _threads = get_num_threads();
    private readonly Tensor _random = get_rng_state().DetachFromDisposeScope();
    private readonly bool _matrices = backends.cuda.matmul.allow_tf32;
    private readonly bool _convolutions = backends.cudnn.allow_tf32;

    private ProcessSettings()
    {
    }

    /// <summary>Remembers the settings.</summary>
    public static ProcessSettings Keep() => new();

    /// <summary>Puts them back.</summary>
    public void Dispose()
    {
        set_num_threads(_threads);
        set_rng_state(_random);
        backends.cuda.matmul.allow_tf32 = _matrices;
        backends.cudnn.allow_tf32 = _convolutions;
        _random.Dispose();
    }
}
