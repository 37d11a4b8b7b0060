using System.Globalization;

namespace PromptKD.Runtime.Processes;

/// <summary>What the variables of whoever started this process say of the others.</summary>
/// <param name="Rank">This process, from 0.</param>
/// <param name="Size">How many were started together.</param>
/// <param name="OnThisMachine">How many of them on this machine; 1 where that is not said.</param>
/// <param name="LocalRank">This process among those of the machine, from 0.</param>
internal sealed record ProcessPlace(int Rank, int Size, int OnThisMachine, int LocalRank)
{
    private const string OpenMpiAlone = "It can only be done with Open MPI (Debian's openmpi-bin).";

    /// <summary>One that was started alone.</summary>
    public static ProcessPlace Alone { get; } = new(0, 1, 1, 0);

    /// <summary>Whether MPI is to be opened.</summary>
    public bool IsShared => Size > 1;

    /// <summary>Reads the variables of this process.</summary>
    /// <exception cref="PromptKDException">As <see cref="Read"/>.</exception>
    public static ProcessPlace OfThisProcess() => Read(Environment.GetEnvironmentVariable);

    /// <summary>Reads the variables that mpirun, srun and Kubernetes' MPI operator set.</summary>
    /// <param name="variable">A variable's value; null where it is not set.</param>
    /// <exception cref="PromptKDException">They are those of another MPI, or of several processes that know nothing of
    /// each other.
    /// </exception>
    public static ProcessPlace Read(Func<string, string?> variable)
    {
        if (Number(variable, "OMPI_COMM_WORLD_SIZE") is { } size)
        {
            return Of(variable, Number(variable, "OMPI_COMM_WORLD_RANK"), size);
        }

        // srun --mpi=pmix.
        if (Number(variable, "PMIX_RANK") is { } rank && Number(variable, "SLURM_STEP_NUM_TASKS") is { } tasks)
        {
            return Of(variable, rank, tasks);
        }

        if (Number(variable, "PMI_SIZE") > 1)
        {
            throw new PromptKDException(
                $"{variable("PMI_SIZE")} processes were started by MPICH or by srun --mpi=pmi2 (PMI_SIZE is set). "
                + $"{OpenMpiAlone} Start with its mpirun, or with srun --mpi=pmix.");
        }

        if (Number(variable, "SLURM_STEP_NUM_TASKS") is > 1 and var alone && variable("SLURM_STEP_ID") is not null
            && variable("SLURM_ARRAY_TASK_ID") is null)
        {
            throw new PromptKDException(
                $"srun started {alone} tasks that know nothing of each other. Start with srun --mpi=pmix, or with "
                + "mpirun; for one process: -n 1.");
        }

        return Alone;
    }

    /// <summary>This process's share of the machine's cores.</summary>
    public int Cores() => Cores(Environment.ProcessorCount, CoresOfMachine());

    /// <summary>As the other form.</summary>
    /// <param name="allowed">Cores that this process may use: those that it is bound to, where it is bound.</param>
    /// <param name="machine">Cores of the machine.</param>
    public int Cores(int allowed, int machine) =>
        Math.Max(1, Math.Min(allowed, Math.Max(allowed, machine) / Math.Max(1, OnThisMachine)));

    // .NET counts those that this process is bound to. "0-3,8-11"
    private static int CoresOfMachine()
    {
        const string Online = "/sys/devices/system/cpu/online";
        try
        {
            return File.ReadAllText(Online).Trim().Split(',')
                .Select(range => range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray())
                .Sum(ends => ends[^1] - ends[0] + 1);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return Environment.ProcessorCount;
        }
    }

    private static ProcessPlace Of(Func<string, string?> variable, int? rank, int size)
    {
        int here = Number(variable, "OMPI_COMM_WORLD_LOCAL_SIZE")
            ?? FirstOf(variable("SLURM_STEP_TASKS_PER_NODE")) ?? 1;
        int local = Number(variable, "OMPI_COMM_WORLD_LOCAL_RANK") ?? Number(variable, "SLURM_LOCALID") ?? 0;
        return rank >= 0 && rank < size
            ? new ProcessPlace(rank.Value, size, here, local)
            : throw new PromptKDException(
                "The environment says that this is process "
                + $"{rank?.ToString(CultureInfo.InvariantCulture) ?? "(not said)"} of {size}, counted from 0. Start "
                + "with mpirun or srun --mpi=pmix.");
    }

    // "4(x2)" or "4,3".
    private static int? FirstOf(string? text) =>
        int.TryParse(text?.Split('(', ',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;

    private static int? Number(Func<string, string?> variable, string name) => variable(name) switch
    {
        null or "" => null,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) => number,
        { } text => throw new PromptKDException(
            $"{name} is '{Printable.Line(text)}', expected a number: mpirun and srun set it."),
    };
}
