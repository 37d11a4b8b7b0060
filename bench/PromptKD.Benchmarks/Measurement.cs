using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace PromptKD.Benchmarks;

/// <summary>
/// How everything is measured: in this process, which has libtorch loaded; a few invocations, as some take seconds;
/// the median first, as other programs disturb the mean.
/// </summary>
public sealed class Measurement : ManualConfig
{
    private const int Warmups = 1;
    private const int Iterations = 7;

    /// <summary>The one configuration of this project.</summary>
    public Measurement()
    {
        AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithInvocationCount(1)
            .WithUnrollFactor(1)
            .WithWarmupCount(Warmups)
            .WithIterationCount(Iterations)
            .DontEnforcePowerPlan());
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Params);
        AddColumn(
            StatisticColumn.Median, StatisticColumn.Min, StatisticColumn.Max, new RateColumn(), new GflopColumn());
        AddColumnProvider(DefaultColumnProviders.Metrics);
    }
}
