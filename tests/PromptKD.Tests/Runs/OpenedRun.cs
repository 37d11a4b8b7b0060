using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Runs;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Tests.Runs;

/// <summary>A run as far as its first step: what its kind and the skeleton hand to their parts.</summary>
internal sealed class OpenedRun<TReport> : IDisposable
    where TReport : class
{
    private TrainingPlan? _plan;

    public OpenedRun(RunKind<TReport> kind)
    {
        Kind = kind;
        RunSettings settings = kind.Resolve(TestContext.Current.CancellationToken);
        RunFolder folder = kind.OpenFolder(settings);
        RunLog log = kind.OpenLog(folder, settings, next: null);
        var context = new RunContext(
            settings.Target, log, folder.OpenDigests(), TestContext.Current.CancellationToken);
        Run = new OpenRun(settings, folder, log, RunInputs.Open(settings, context), context);
        Method = Run.Inputs.BuildMethod(folder.Root);
    }

    public RunKind<TReport> Kind { get; }

    public OpenRun Run { get; }

    public ITrainedMethod Method { get; }

    public TrainingPlan Plan => _plan ??= Kind.Plan(Run, Method, RunPlan.Of(Run));

    /// <summary>Measures another method as after the first epoch. A kind remembers what it measures.</summary>
    public BaseNovelResult Validate(ITrainedMethod method) =>
        Kind.Plan(Run, method, RunPlan.Of(Run)).Validate!(0, TestContext.Current.CancellationToken)!;

    public void Dispose()
    {
        Method.Dispose();
        Run.Inputs.Dispose();
        Run.Log.Dispose();
        Run.Folder.Dispose();
    }
}
