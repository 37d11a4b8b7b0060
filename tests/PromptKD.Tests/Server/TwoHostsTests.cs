using System.Net;
using PromptKD.Tests.Export.Onnx;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Server;

/// <summary>
/// Two servers in one process, of which one ends. Nothing else runs beside them: what changes libtorch's number of
/// threads changes the last digits of their answers.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class TwoHostsTests(ServedPackage served) : IClassFixture<ServedPackage>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_answers_on_while_the_other_ends()
    {
        string package = Path.Combine(served.Folder, "another", "student");
        Directory.CreateDirectory(Path.GetDirectoryName(package)!);
        new TinyPackage { Temperature = 1.5 }.Write(package);
        LocalServer goes = await LocalServer.Start(options => options.Models.Add($"another={package}"));
        byte[] picture = ServedPackage.Picture(2);
        string expected = await Answer(served.Server, "/v1/classify");
        Assert.NotEmpty(await Answer(goes, "/v1/classify"));
        using var ended = new CancellationTokenSource();
        Task<int> asking = Task.Run(
            async () =>
            {
                int count = 0;
                for (int behind = 0; behind < 20; count++)
                {
                    behind += ended.IsCancellationRequested ? 1 : 0;
                    Assert.Equal(expected, await Answer(served.Server, "/v1/classify"));
                }

                return count;
            },
            Stop);

        Uri address = goes.Address;
        await goes.DisposeAsync();
        await ended.CancelAsync();

        Assert.InRange(await asking, 20, int.MaxValue);
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address, Stop));

        async Task<string> Answer(LocalServer server, string path)
        {
            using HttpResponseMessage response = await server.PostPicture(path, picture);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await response.Content.ReadAsStringAsync(Stop);
        }
    }
}
