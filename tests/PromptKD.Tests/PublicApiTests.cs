using PublicApiGenerator;

namespace PromptKD.Tests;

public sealed class PublicApiTests
{
    private static readonly ApiGeneratorOptions s_options = new() { IncludeAssemblyAttributes = false };

    [Fact]
    public void Is_what_was_accepted_last() =>
        Snapshot.Verify(typeof(Experiment).Assembly.GeneratePublicApi(s_options));

    [Fact]
    public void What_is_injected_is_what_was_accepted_last() =>
        Snapshot.Verify(typeof(PromptKD.Extensions.AI.PromptKDOptions).Assembly.GeneratePublicApi(s_options));

    [Fact]
    public void What_reads_clouds_is_what_was_accepted_last() =>
        Snapshot.Verify(typeof(PromptKD.Cloud.CloudStorage).Assembly.GeneratePublicApi(s_options));

    [Fact]
    public void What_serves_is_what_was_accepted_last() =>
        Snapshot.Verify(typeof(PromptKD.Server.PromptKDServerOptions).Assembly.GeneratePublicApi(s_options));

    [Fact]
    public void What_answers_in_ONNX_Runtime_is_what_was_accepted_last() =>
        Snapshot.Verify(typeof(PromptKD.Export.Onnx.OnnxDescription).Assembly.GeneratePublicApi(s_options));

    [Fact]
    public void What_needs_no_libtorch_is_what_was_accepted_last() =>
        Snapshot.Verify(typeof(PromptKDException).Assembly.GeneratePublicApi(s_options));
}
