using PublicApiGenerator;

namespace PromptKD.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void Is_what_was_accepted_last() =>
        Snapshot.Verify(typeof(Experiment).Assembly.GeneratePublicApi(
            new ApiGeneratorOptions { IncludeAssemblyAttributes = false }));
}
