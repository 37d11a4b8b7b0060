namespace PromptKD.Scale;

/// <summary>
/// What the simulation is told. Measured ones are those of docs/scale.md; the rest is assumed, and said so.
/// </summary>
internal static class Rates
{
    /// <summary>Of the machines that are simulated.</summary>
    public const int Cores = 16;

    /// <summary>Measured: a ViT-B/16 student's step with a stored teacher, seconds a picture of a machine.</summary>
    public const double Picture = 0.25 * 2 / Cores;

    /// <summary>Measured: a ViT-L/14 teacher's look at a view, seconds of a machine.</summary>
    public const double Look = 0.55 * 2 / Cores;

    /// <summary>Measured: of a process's steps, one after another; standard deviation over mean.</summary>
    public const double Spread = 0.06;

    /// <summary>Measured: a start that knows its pictures, seconds a picture.</summary>
    public const double KnownPicture = 23e-6;

    /// <summary>Assumed: the same step on a GPU, seconds a picture.</summary>
    public const double GpuPicture = 0.002;

    /// <summary>Assumed: of a picture's file, bytes.</summary>
    public const double PictureBytes = 100e3;

    /// <summary>Assumed: what all machines together read from where the pictures are, bytes a second.</summary>
    public const double Storage = 10e9;

    /// <summary>Assumed: a machine's link in the network that is not said otherwise, bytes a second.</summary>
    public const double Link = 10e9 / 8;

    /// <summary>Assumed: seconds between two failures of one machine.</summary>
    public const double BetweenFailures = 5_000 * 3600;

    /// <summary>Assumed: until a task that failed is started again, and has its models, seconds.</summary>
    public const double Restart = 120;

    /// <summary>Default of TRAIN.CHECKPOINT_MINUTES, seconds.</summary>
    public const double BetweenSaves = 300;

    /// <summary>Pictures of a shard of a store.</summary>
    public const int ShardPictures = 256;
}
