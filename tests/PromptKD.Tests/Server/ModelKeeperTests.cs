using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using PromptKD.Inference;
using PromptKD.Server;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;
using PromptKD.Tests.Export.Onnx;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Server;

/// <summary>Loading, readiness, what is replaced on disk, and the end.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ModelKeeperTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Package => Path.Combine(_folder, "student");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_package_that_is_replaced_is_served_when_it_is_whole()
    {
        new TinyPackage().Write(Package);
        await using LocalServer server = await Start();
        ModelKeeper keeper = server.Services.GetRequiredService<ModelKeeper>();
        double before = await Best(server);

        // Half of another: its files do not belong together.
        string other = new TinyPackage { Temperature = 9 }.Write(Path.Combine(_folder, "other"));
        File.Copy(Path.Combine(other, "model.json"), Path.Combine(Package, "model.json"), overwrite: true);
        File.WriteAllText(Path.Combine(Package, "student.safetensors"), "cut");
        keeper.Look();
        keeper.Look();
        Assert.Equal(before, await Best(server));

        foreach (string file in Directory.EnumerateFiles(other))
        {
            File.Copy(file, Path.Combine(Package, Path.GetFileName(file)), overwrite: true);
        }

        keeper.Look();
        Assert.Equal(before, await Best(server));
        keeper.Look();

        using var library = StudentClassifier.Load(other, Computing.OnProcessor, cancellationToken: Stop);
        double expected = library.Classify(
            PictureInput.FromBytes(ServedPackage.Picture(1)), cancellationToken: Stop)[0].Probability;
        Assert.NotEqual(before, expected, 1e-3);
        Assert.Equal(expected, await Best(server), 1e-5);
    }

    [Fact]
    public async Task A_model_that_is_replaced_answers_who_has_begun()
    {
        new TinyPackage().Write(Package);
        await using LocalServer server = await Start();
        ModelSlot slot = server.Services.GetRequiredService<ModelRegistry>().Slots[0];
        using ModelLease begun = slot.TryEnter()!;

        slot.Replace(server.Services.GetRequiredService<ModelLoader>().Load(slot));

        Assert.Equal(3, (await begun.Model.Answer(
            PictureInput.FromBytes(ServedPackage.Picture(1)), isOnlyOne: true, Stop)).Probabilities.Length);
        Assert.Null(begun.Model.TryEnter());
        await Best(server);
    }

    [Fact]
    public async Task A_server_that_is_to_stop_is_first_not_ready()
    {
        new TinyPackage().Write(Package);
        await using LocalServer server = await Start(options => options.UnreadyFor = TimeSpan.FromSeconds(20));
        await server.Get("/health/ready").Json();

        Task ending = server.End();
        while (server.Services.GetRequiredService<ModelRegistry>().IsReady)
        {
            await Task.Delay(10, Stop);
        }

        await server.Get("/health/ready").IsRefused(HttpStatusCode.ServiceUnavailable, "stopping");
        await server.Get("/health/live").Json();
        await Best(server);
        Assert.False(ending.IsCompleted);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_ends_the_program_and_says_why()
    {
        WebApplication app = PromptKDServerHost.Create(
            options => options.Models.Add(Package),
            builder => builder.WebHost.UseSetting("urls", "http://127.0.0.1:0"));

        PromptKDException error =
            await Assert.ThrowsAsync<PromptKDException>(() => PromptKDServerHost.RunAsync(app, Stop));

        Assert.Contains(Package, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_queue_and_too_many_requests_are_told_to_come_again()
    {
        new TinyPackage().Write(Package);
        await using LocalServer server = await Start(options =>
        {
            options.Queue = 2;
            options.Batch = 2;
            options.MaxRequests = 1;
        });
        string picture = Convert.ToBase64String(ServedPackage.Picture(1));
        string three = $$"""{"pictures":[{"data":"{{picture}}"},{"data":"{{picture}}"},{"data":"{{picture}}"}]}""";

        // It would never fit: no use to come again.
        Assert.Contains(
            "2",
            await server.PostJson("/v1/classify", three).IsRefused(HttpStatusCode.RequestEntityTooLarge, "too-large"),
            StringComparison.Ordinal);
        using (ModelLease lease = server.Services.GetRequiredService<ModelRegistry>().Open(null))
        using (lease.Model.TakePlaces(1))
        {
            string two = $$"""{"pictures":[{"data":"{{picture}}"},{"data":"{{picture}}"}]}""";
            using HttpResponseMessage refused = await server.PostJson("/v1/classify", two);
            Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));
            await Task.FromResult(refused).IsRefused(HttpStatusCode.ServiceUnavailable, "queue-full");
        }

        using var open = new PausedContent(ServedPackage.Picture(1));
        Task<HttpResponseMessage> first = server.Client.PostAsync(
            new Uri("/v1/classify", UriKind.Relative), open, Stop);
        await open.Begun.Task.WaitAsync(Stop);
        await WaitUntilRefused(server);
        open.GoOn.SetResult();
        await first.Json();
        await Best(server);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_ended()
    {
        new TinyPackage().Write(Package);
        await using LocalServer server = await Start(options => options.Timeout = TimeSpan.FromMilliseconds(300));
        using var client = new System.Net.Sockets.TcpClient(server.Address.Host, server.Address.Port);
        await using System.Net.Sockets.NetworkStream stream = client.GetStream();

        await stream.WriteAsync("POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\n123"u8.ToArray(), Stop);

        using var reader = new StreamReader(stream);
        string answer = await reader.ReadLineAsync(Stop) ?? "";
        Assert.Equal("HTTP/1.1 503 Service Unavailable", answer);
    }

    // The first request is counted when its headers are read, which is soon, not at once.
    private static async Task WaitUntilRefused(LocalServer server)
    {
        while (true)
        {
            using HttpResponseMessage answer = await server.PostPicture("/v1/classify", ServedPackage.Picture(1));
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                Assert.Contains("busy", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
                return;
            }
        }
    }

    private static async Task<double> Best(LocalServer server)
    {
        JsonElement answer = await server.PostPicture("/v1/classify", ServedPackage.Picture(1)).Json();
        return answer.GetProperty("predictions")[0].GetProperty("classes")[0].GetProperty("probability").GetDouble();
    }

    private Task<LocalServer> Start(Action<PromptKDServerOptions>? configure = null) => LocalServer.Start(options =>
    {
        options.Models.Add(Package);
        options.ReloadEvery = TimeSpan.Zero;
        configure?.Invoke(options);
    });

    /// <summary>A body of which the second half comes when it is told to.</summary>
    private sealed class PausedContent : HttpContent
    {
        private readonly byte[] _bytes;

        public PausedContent(byte[] bytes)
        {
            _bytes = bytes;
            Headers.ContentType = new("image/png");
        }

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(0, _bytes.Length / 2));
            await stream.FlushAsync();
            Begun.SetResult();
            await GoOn.Task;
            await stream.WriteAsync(_bytes.AsMemory(_bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
