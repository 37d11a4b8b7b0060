using PromptKD.Serve;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Server;

/// <summary>A few of the requests of tests/malformed.sh; by hand that sends thousands.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class MalformedRequestsTests(ServedPackage served) : IClassFixture<ServedPackage>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Each_gets_a_4xx_and_the_server_lives(int seed)
    {
        var requests = new MalformedRequests(seed);
        for (int sent = 0; sent < 70; sent++)
        {
            (string kind, byte[] bytes) = requests.Next();

            string status = await Malformed.Ask(served.Server.Address, bytes);

            Assert.True(status.StartsWith('4'), $"{kind}: {status}");
        }

        await served.Server.PostPicture("/v1/classify", ServedPackage.Picture(1)).Json();
    }

    [Fact]
    public void Equal_seeds_give_equal_requests() =>
        Assert.Equal(new MalformedRequests(4).Next().Bytes, new MalformedRequests(4).Next().Bytes);
}
