using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PromptKD.Extensions.AI;
using PromptKD.Inference;
using PromptKD.Inference.Exports;
using PromptKD.Runtime;
using PromptKD.Tests.Data;
using PromptKD.Tests.Export.Onnx;

namespace PromptKD.Tests.Extensions;

/// <summary>A host whose classifier is an ONNX file, and two hosts in one process.</summary>
public sealed class OnnxServicesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly string _package;
    private readonly string _graph;

    public OnnxServicesTests()
    {
        _package = Path.Combine(_folder, "student");
        _graph = Path.Combine(_folder, "student.onnx");
        new TinyPackage { Temperature = 2 }.Write(_package);
        OnnxExport.Write(new OnnxExportRequest { Model = _package, Output = _graph }, cancellationToken: Stop);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task All_forms_are_one_classifier_of_the_file_which_goes_with_the_host()
    {
        ServiceProvider host = Build(_graph);
        IPictureClassifier classifier = host.GetRequiredService<IPictureClassifier>();
        using var alone = OnnxStudentClassifier.Load(_graph, cancellationToken: Stop);

        Assert.Same(classifier, host.GetRequiredService<OnnxStudentClassifier>());
        Assert.Same(classifier, host.GetRequiredService<FolderClassifier>());
        Assert.Same(classifier, host.GetRequiredService<IPictureEmbedder>());
        Assert.Equal(
            alone.Classify(Picture(1), top: 3, Stop), await classifier.ClassifyAsync(Picture(1), top: 3, Stop));
        var generator = host.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        Embedding<float> embedding = await generator.GenerateAsync(
            new DataContent(TestPictures.Gradient(31, 25), "image/png"), cancellationToken: Stop);
        Assert.Equal(alone.Embed(Picture(1), Stop), embedding.Vector.ToArray());

        await host.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => classifier.Classify(Picture(1), cancellationToken: Stop));
    }

    [Fact]
    public async Task Health_is_that_of_the_file()
    {
        using ServiceProvider healthy = Build(_graph);
        using ServiceProvider ill = Build(Path.Combine(_folder, "none.onnx"));

        Assert.Equal(HealthStatus.Healthy, (await Check(healthy)).Status);
        HealthReport report = await Check(ill);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        var error = Assert.IsType<PromptKDException>(report.Entries["promptkd"].Exception);
        Assert.Equal(PromptKDError.MissingFile, error.Code);

        static Task<HealthReport> Check(ServiceProvider host) =>
            host.GetRequiredService<HealthCheckService>().CheckHealthAsync(Stop);
    }

    [Fact]
    public void What_cannot_be_is_a_mistake_with_its_code()
    {
        string cut = Path.Combine(_folder, "cut.onnx");
        File.WriteAllBytes(cut, File.ReadAllBytes(_graph)[..3000]);

        Assert.Equal(PromptKDError.MissingFile, Refused<IPictureClassifier>(Path.Combine(_folder, "none.onnx")).Code);
        Assert.Equal(PromptKDError.MissingFile, Refused<IPictureClassifier>(Path.Combine(_folder, "none")).Code);
        Assert.Equal(PromptKDError.BadInput, Refused<IPictureClassifier>(cut).Code);
        Assert.Equal(
            PromptKDError.NotSupported,
            Refused<IPictureClassifier>(_graph, options => options.OnnxProvider = "Nobody").Code);
        Assert.Equal(
            PromptKDError.NotSupported,
            Refused<IPictureClassifier>(
                _package, options => (options.Device, options.DeviceIndex) = (ComputeDevice.Cuda, 99)).Code);
        PromptKDException precision = Refused<IPictureClassifier>(
            _graph, options => options.Precision = ComputePrecision.Fp16);
        Assert.Equal(PromptKDError.BadInput, precision.Code);
        Assert.Contains("Leave Precision out", precision.Message, StringComparison.Ordinal);
        Assert.Contains("a student package", Refused<StudentClassifier>(_graph).Message, StringComparison.Ordinal);
        Assert.Contains("an ONNX file", Refused<OnnxStudentClassifier>(_package).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_arrives()
    {
        var options = new PromptKDOptions
        {
            OnnxProvider = "OpenVINO",
            DeviceIndex = 3,
            Threads = 2,
            Upright = true,
            MaxPixels = 5,
            MaxBytes = 6,
            BatchSize = 7,
            GatherFor = TimeSpan.FromSeconds(8),
        };

        Assert.Equal(
            new OnnxOptions
            {
                Provider = "OpenVINO",
                DeviceIndex = 3,
                Threads = 2,
                Upright = true,
                MaxPixels = 5,
                MaxBytes = 6,
                BatchSize = 7,
                GatherFor = TimeSpan.FromSeconds(8),
            },
            options.ToOnnx());
        Assert.Equal("CUDA", new PromptKDOptions { Device = ComputeDevice.Cuda }.ToOnnx().Provider);
        Assert.Equal(new OnnxOptions(), new PromptKDOptions { Threads = 0 }.ToOnnx());
    }

    // Each is disposed while the other one answers, whichever of them computes with what.
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Two_hosts_of_a_process_know_nothing_of_each_other(bool staysOnnx, bool goesOnnx)
    {
        using ServiceProvider stays = Build(staysOnnx ? _graph : _package);
        ServiceProvider goes = Build(goesOnnx ? _graph : _package);
        IPictureClassifier left = goes.GetRequiredService<IPictureClassifier>();
        IPictureClassifier kept = stays.GetRequiredService<IPictureClassifier>();
        IReadOnlyList<ClassProbability> expected = kept.Classify(Picture(2), top: 3, Stop);
        Assert.Equal(expected.Select(one => one.Name), left.Classify(Picture(2), top: 3, Stop).Select(one => one.Name));
        using var ended = new ManualResetEventSlim();
        Task<int>[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(Call, Stop))];

        await goes.DisposeAsync();
        ended.Set();

        Assert.All(await Task.WhenAll(callers), count => Assert.InRange(count, 20, int.MaxValue));
        Assert.Throws<ObjectDisposedException>(() => left.Classify(Picture(2), cancellationToken: Stop));
        Assert.Equal(expected, kept.Classify(Picture(2), top: 3, Stop));

        // At least some calls behind the end of the other one.
        int Call()
        {
            int count = 0;
            for (int behind = 0; behind < 20; count++)
            {
                behind += ended.IsSet ? 1 : 0;
                Assert.Equal(expected, kept.Classify(Picture(2), top: 3, Stop));
            }

            return count;
        }
    }

    private static PromptKDException Refused<T>(string model, Action<PromptKDOptions>? change = null)
        where T : notnull
    {
        using ServiceProvider host = Build(model, change);
        return Assert.Throws<PromptKDException>(() => host.GetRequiredService<T>());
    }

    private static PictureInput Picture(int number) => PictureInput.FromBytes(TestPictures.Gradient(30 + number, 25));

    private static ServiceProvider Build(string model, Action<PromptKDOptions>? change = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPromptKD(options =>
        {
            options.Model = model;
            options.Device = ComputeDevice.Cpu;
            change?.Invoke(options);
        });
        services.AddHealthChecks().AddPromptKD();
        return services.BuildServiceProvider();
    }
}
