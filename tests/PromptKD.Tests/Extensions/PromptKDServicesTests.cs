using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using PromptKD.Extensions.AI;
using PromptKD.Inference;
using PromptKD.Runtime;
using PromptKD.Tests.Data;
using PromptKD.Tests.Inference;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Extensions;

/// <summary>A host that has PromptKD injected.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class PromptKDServicesTests : IClassFixture<StudentClassifierTests.Package>
{
    private readonly StudentClassifierTests.Package _package;

    public PromptKDServicesTests(StudentClassifierTests.Package package) => _package = package;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_forms_are_one_classifier_which_goes_with_the_host()
    {
        ServiceProvider host = Build();
        IPictureClassifier classifier = host.GetRequiredService<IPictureClassifier>();

        Assert.Same(classifier, host.GetRequiredService<StudentClassifier>());
        Assert.Same(classifier, host.GetRequiredService<IPictureEmbedder>());
        Assert.Single(classifier.Classify(Picture(1), cancellationToken: Stop));

        await host.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => classifier.Classify(Picture(1), cancellationToken: Stop));
    }

    [Fact]
    public async Task Pictures_are_embedded_as_the_classifier_embeds_them()
    {
        using ServiceProvider host = Build();
        var generator = host.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        DataContent[] pictures = [.. Enumerable.Range(1, 2).Select(
            one => new DataContent(TestPictures.Gradient(30 + one, 25), "image/png"))];

        GeneratedEmbeddings<Embedding<float>> two = await generator.GenerateAsync(pictures, cancellationToken: Stop);
        Embedding<float> first = await generator.GenerateAsync(pictures[0], cancellationToken: Stop);

        float[] expected = host.GetRequiredService<IPictureEmbedder>().Embed(Picture(1), Stop);
        Assert.Equal(expected, first.Vector.ToArray());
        Assert.All(expected.Zip(two[0].Vector.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Equal(
            expected.Length, generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions);
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(
            pictures, new EmbeddingGenerationOptions { Dimensions = 3 }, Stop));
        await Assert.ThrowsAsync<PromptKDException>(() => generator.GenerateAsync(
            new DataContent(new byte[] { 1 }, "image/png"), cancellationToken: Stop));
    }

    [Fact]
    public async Task Texts_are_embedded_as_the_text_tower_embeds_them()
    {
        using ServiceProvider host = Build();
        var generator = host.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

        GeneratedEmbeddings<Embedding<float>> embedded = await generator.GenerateAsync(
            ["a cat"], cancellationToken: Stop);

        Assert.Equal(
            host.GetRequiredService<TextEmbedder>().Embed("a cat", Stop), embedded.Single().Vector.ToArray());
    }

    [Fact]
    public async Task Health_is_that_of_the_classifier()
    {
        using ServiceProvider healthy = Build();
        using ServiceProvider ill = Build(options => options.Model = _package.Runs.Images);

        Assert.Equal(HealthStatus.Healthy, (await Check(healthy)).Status);
        HealthReport report = await Check(ill);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.IsType<PromptKDException>(report.Entries["promptkd"].Exception);

        static Task<HealthReport> Check(ServiceProvider host) =>
            host.GetRequiredService<HealthCheckService>().CheckHealthAsync(Stop);
    }

    [Fact]
    public void What_is_not_named_is_said()
    {
        using ServiceProvider host = Build(options => (options.Model, options.TextTower) = ("", ""));

        Assert.Throws<OptionsValidationException>(() => host.GetRequiredService<IPictureClassifier>());
        using ServiceProvider without = Build(options => options.TextTower = "");
        Assert.Throws<PromptKDException>(
            () => without.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
    }

    [Fact]
    public void Every_option_arrives()
    {
        var options = new PromptKDOptions
        {
            Device = ComputeDevice.Cuda,
            DeviceIndex = 3,
            Precision = ComputePrecision.Bf16,
            Threads = 2,
            Upright = true,
            MaxPixels = 5,
            MaxBytes = 6,
            BatchSize = 7,
            GatherFor = TimeSpan.FromSeconds(8),
            Vocabulary = "vocabulary",
            OnnxProvider = "OpenVINO",
        };

        TorchOptions torch = options.ToTorch();
        TextOptions texts = options.ToTexts();

        Assert.Equal(
            new TorchOptions
            {
                Device = ComputeDevice.Cuda,
                DeviceIndex = 3,
                Precision = ComputePrecision.Bf16,
                OnnxProvider = "OpenVINO",
                Threads = 2,
                Upright = true,
                MaxPixels = 5,
                MaxBytes = 6,
                BatchSize = 7,
                GatherFor = TimeSpan.FromSeconds(8),
            },
            torch);
        Assert.Equal(
            new TextOptions
            {
                Device = ComputeDevice.Cuda,
                DeviceIndex = 3,
                Precision = ComputePrecision.Bf16,
                Threads = 2,
                BatchSize = 7,
                Vocabulary = "vocabulary",
            },
            texts);
    }

    private static PictureInput Picture(int number) => PictureInput.FromBytes(TestPictures.Gradient(30 + number, 25));

    private ServiceProvider Build(Action<PromptKDOptions>? change = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPromptKD(options =>
        {
            options.Model = _package.Folder;
            options.TextTower = _package.Runs.Teacher;
            options.Vocabulary = TinyClip.Vocabulary;
            options.Device = ComputeDevice.Cpu;
            options.Precision = ComputePrecision.Fp32;
            change?.Invoke(options);
        });
        services.AddHealthChecks().AddPromptKD();
        return services.BuildServiceProvider();
    }
}
