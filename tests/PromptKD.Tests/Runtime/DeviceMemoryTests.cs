using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class DeviceMemoryTests
{
    [Fact]
    public void Reads_what_Linux_calls_available()
    {
        string[] lines =
            ["MemTotal:       24605728 kB", "MemFree:  15 kB", "MemAvailable:   22020096 kB", "Buffers: 1 kB"];

        Assert.Equal(22020096L * 1024, DeviceMemory.ParseAvailable(lines));
    }

    [Theory]
    [InlineData("MemFree: 15 kB")]
    [InlineData("MemAvailable: much")]
    public void Knows_nothing_from_another_table(string line) => Assert.Null(DeviceMemory.ParseAvailable([line]));

    [Fact]
    public void Reads_the_line_that_the_driver_of_a_GPU_prints() =>
        Assert.Equal(new DeviceMemory(23000L << 20, 1064L << 20), DeviceMemory.ParseGpu("23000, 1064\n"));

    [Theory]
    [InlineData("")]
    [InlineData("[N/A], [N/A]")]
    [InlineData("No devices were found")]
    public void Knows_nothing_from_another_line(string printed) => Assert.Null(DeviceMemory.ParseGpu(printed));

    [Fact]
    public void Sees_this_process_and_no_more_than_the_machine_has()
    {
        DeviceMemory memory = DeviceMemory.Read(CPU)!;

        Assert.InRange(memory.Used, 1, long.MaxValue);
        Assert.InRange(memory.Free, 0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }
}
