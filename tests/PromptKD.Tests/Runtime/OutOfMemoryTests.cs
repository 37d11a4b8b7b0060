using System.Runtime.InteropServices;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class OutOfMemoryTests
{
    private const string Advice = "Lower --batch-size.";

    [Fact]
    public void Explains_what_the_processors_allocator_throws()
    {
        // 2⁴⁸ numbers of 4 bytes are 2²⁰ GiB.
        var error = Assert.Throws<PromptKDException>(() => OutOfMemory.Explain(() => empty(1L << 48), Advice));

        Assert.Equal("Out of memory: 1048576.00 GiB more cannot be had. Lower --batch-size.", error.Message);
        Assert.IsAssignableFrom<ExternalException>(error.InnerException);
    }

    [Theory]
    [InlineData(
        "CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 15.90 GiB of which 9.75 MiB is "
        + "free.\nException raised from malloc at /pytorch/c10/cuda/CUDACachingAllocator.cpp:1436",
        "The GPU is out of memory: 2.50 GiB more cannot be had.")]
    [InlineData("CUDA error: out of memory\nCUDA kernel errors might be", "The GPU is out of memory.")]
    [InlineData(
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", "The GPU is out of memory.")]
    [InlineData(
        "[enforce fail at alloc_cpu.cpp:121] data. DefaultCPUAllocator: not enough memory: you tried to allocate "
        + "1610612736 bytes.",
        "Out of memory: 1.50 GiB more cannot be had.")]
    public void Knows_the_messages_of_other_systems(string message, string expected)
    {
        Assert.True(OutOfMemory.Says(message));
        Assert.Equal(expected, OutOfMemory.Describe(message));
    }

    [Fact]
    public void Lets_what_the_work_returns_and_other_errors_pass()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ten = zeros(10);

        Assert.Equal(3, OutOfMemory.Explain(() => 3, Advice));
        Assert.Throws<ExternalException>(() => OutOfMemory.Explain(() => ten.view(3), Advice));
        Assert.Throws<InvalidOperationException>(
            () => OutOfMemory.Explain<int>(() => throw new InvalidOperationException("out of memory"), Advice));
    }

    [Fact]
    public void Reads_the_first_line_only() =>
        Assert.False(OutOfMemory.Says("shape '[3]' is invalid\nframe #1: not_enough: out of memory"));
}
