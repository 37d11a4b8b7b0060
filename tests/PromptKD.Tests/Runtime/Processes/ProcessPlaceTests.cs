using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Tests.Runtime.Processes;

public sealed class ProcessPlaceTests
{
    [Fact]
    public void A_process_that_nobody_started_with_others_is_alone() => Assert.Equal(ProcessPlace.Alone, Read(""));

    [Theory]
    [InlineData(
        "OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=8 OMPI_COMM_WORLD_LOCAL_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=2",
        2,
        8,
        4,
        2)]
    [InlineData("PMIX_RANK=5 SLURM_STEP_NUM_TASKS=6 SLURM_STEP_TASKS_PER_NODE=3(x2) SLURM_LOCALID=2", 5, 6, 3, 2)]
    [InlineData("PMIX_RANK=0 SLURM_STEP_NUM_TASKS=3 SLURM_STEP_TASKS_PER_NODE=2,1 SLURM_LOCALID=0", 0, 3, 2, 0)]
    public void Reads_what_mpirun_and_srun_say(string variables, int rank, int size, int here, int local) =>
        Assert.Equal(new ProcessPlace(rank, size, here, local), Read(variables));

    [Theory]
    [InlineData("SLURM_NTASKS=8 SLURM_PROCID=0")] // A batch script: its steps are started by srun.
    [InlineData("SLURM_ARRAY_TASK_ID=3 SLURM_STEP_NUM_TASKS=2 SLURM_STEP_ID=0")]
    [InlineData("SLURM_STEP_NUM_TASKS=1 SLURM_STEP_ID=0")]
    [InlineData("PMI_SIZE=1")]
    public void What_says_nothing_of_others_leaves_a_process_alone(string variables) =>
        Assert.Equal(ProcessPlace.Alone, Read(variables));

    [Theory]
    [InlineData("PMI_SIZE=4 PMI_RANK=0", "4 processes were started by MPICH")]
    [InlineData("SLURM_STEP_NUM_TASKS=4 SLURM_STEP_ID=0", "srun started 4 tasks that know nothing of each other.")]
    [InlineData("OMPI_COMM_WORLD_SIZE=four", "OMPI_COMM_WORLD_SIZE is 'four', expected a number")]
    [InlineData("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=4", "The environment says that this is process 4 of 4")]
    [InlineData("OMPI_COMM_WORLD_SIZE=4", "The environment says that this is process (not said) of 4")]
    public void Refuses_what_cannot_be_joined(string variables, string beginning) => Assert.StartsWith(
        beginning, Assert.Throws<PromptKDException>(() => Read(variables)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(4, 16, 16, 4)] // Four to a machine, not bound.
    [InlineData(4, 4, 16, 4)] // Bound to four each.
    [InlineData(2, 1, 2, 1)]
    [InlineData(8, 2, 2, 1)] // More processes than cores.
    [InlineData(1, 6, 8, 6)] // A container's share.
    public void Processes_share_the_cores_of_their_machine(int here, int allowed, int machine, int expected) =>
        Assert.Equal(expected, new ProcessPlace(0, here, here, 0).Cores(allowed, machine));

    [Fact]
    public void Shares_leave_nothing_out_and_have_nothing_twice()
    {
        for (int size = 1; size <= 5; size++)
        {
            for (int count = 0; count <= 12; count++)
            {
                IEnumerable<int> rows = Enumerable.Range(0, size).SelectMany(rank =>
                {
                    (int start, int own) = new ProcessShare(rank, size).RowsOf(count);
                    Assert.InRange(own, count / size, (count + size - 1) / size);
                    return Enumerable.Range(start, own);
                });
                Assert.Equal(Enumerable.Range(0, count), rows);
                Assert.All(Enumerable.Range(0, count), batch => Assert.Single(
                    Enumerable.Range(0, size), rank => new ProcessShare(rank, size).HasBatch(batch)));
            }
        }
    }

    private static ProcessPlace Read(string variables)
    {
        var all = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(one => one.Split('=', 2)).ToDictionary(one => one[0], one => one[1]);
        return ProcessPlace.Read(all.GetValueOrDefault);
    }
}
