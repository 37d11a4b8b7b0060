namespace PromptKD.Runtime;

/// <summary>
/// What a piece of work changes of its process (libtorch's number of threads, its random generator, TF32 on GPUs), put
/// back when it ends. Pieces that overlap in time see each other's settings.
/// </summary>
internal sealed class ProcessSettings : IDisposable
{
    private readonly int _threads;
    private readonly Tensor _random = get_rng_state().DetachFromDisposeScope();
    private readonly bool _matrices = backends.cuda.matmul.allow_tf32;
    private readonly bool _convolutions = backends.cudnn.allow_tf32;

    private ProcessSettings()
    {
        ComputeThreads.Follow();
        _threads = get_num_threads();
    }

    /// <summary>Remembers the settings.</summary>
    public static ProcessSettings Keep() => new();

    /// <summary>Puts them back.</summary>
    public void Dispose()
    {
        ComputeThreads.Set(_threads);
        set_rng_state(_random);
        backends.cuda.matmul.allow_tf32 = _matrices;
        backends.cudnn.allow_tf32 = _convolutions;
        _random.Dispose();
    }
}
