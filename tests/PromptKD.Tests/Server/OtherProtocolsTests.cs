using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using PromptKD.Inference;
using PromptKD.Runtime;
using PromptKD.Tests.Export.Onnx;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Server;

/// <summary>Clients of Azure Custom Vision and of OpenAI's embeddings change the address alone.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class OtherProtocolsTests(ServedPackage served) : IClassFixture<ServedPackage>
{
    private const string Vision =
        "/customvision/v3.0/Prediction/11111111-2222-3333-4444-555555555555/classify/iterations";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private LocalServer Server => served.Server;

    [Theory]
    [InlineData("image")]
    [InlineData("image/nostore?application=mine")]
    public async Task A_prediction_has_Custom_Visions_shape(string ending)
    {
        byte[] picture = ServedPackage.Picture(1);

        JsonElement answer = await Server.PostPicture(
            $"{Vision}/tiny/{ending}", picture, "application/octet-stream").Json();

        Assert.Equal("11111111-2222-3333-4444-555555555555", answer.GetProperty("project").GetString());
        Assert.True(answer.GetProperty("iteration").TryGetGuid(out _));
        Assert.True(answer.GetProperty("created").TryGetDateTime(out _));
        JsonElement[] predictions = [.. answer.GetProperty("predictions").EnumerateArray()];
        Assert.Equal(
            served.Library.Classify(PictureInput.FromBytes(picture), top: 3, Stop).Select(one => one.Name),
            predictions.Select(one => one.GetProperty("tagName").GetString()!));
        Assert.Equal(1, predictions.Sum(one => one.GetProperty("probability").GetDouble()), 1e-5);
        Assert.Equal(3, predictions.Select(one => one.GetProperty("tagId").GetGuid()).Distinct().Count());
        Assert.All(predictions, one => Assert.Equal("Regular", one.GetProperty("tagType").GetString()));
    }

    [Fact]
    public async Task What_Custom_Visions_clients_are_refused_they_can_read()
    {
        using HttpResponseMessage answer = await Server.PostPicture($"{Vision}/none/image", ServedPackage.Picture(1));
        JsonElement problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;

        Assert.Equal("not-found", problem.GetProperty("code").GetString());
        Assert.Contains("'none'", problem.GetProperty("message").GetString(), StringComparison.Ordinal);
        await Server.PostJson($"{Vision}/tiny/url", """{"Url":"http://127.0.0.1/a.png"}""").IsRefused(
            HttpStatusCode.Forbidden, "fetch-refused");
        await Server.PostJson($"{Vision}/tiny/url", """{"Url":"file:///etc/passwd"}""").IsRefused(
            HttpStatusCode.BadRequest, "bad-request");
    }

    [Fact]
    public async Task Texts_and_pictures_are_embedded_in_one_space()
    {
        string clip = Path.Combine(served.Folder, "clip.safetensors");
        string package = Path.Combine(served.Folder, "own");
        TinyClip.Write(clip, TinyClip.Architecture, seed: 5);
        new TinyPackage { Shape = (2, 2, 0) }.Write(package);
        await using LocalServer server = await LocalServer.Start(options =>
        {
            options.Models.Add(package);
            options.TextTower = clip;
            options.Vocabulary = TinyClip.Vocabulary;
        });
        using var tower = TextEmbedder.Load(
            clip, new TextOptions { Vocabulary = TinyClip.Vocabulary, Device = ComputeDevice.Cpu }, Stop);
        using var student = StudentClassifier.Load(package, Computing.OnProcessor, cancellationToken: Stop);
        byte[] picture = ServedPackage.Picture(2);
        string data = $"data:image/png;base64,{Convert.ToBase64String(picture)}";

        JsonElement numbers = await server.PostJson(
            "/v1/embeddings", $$"""{"input":["a red apple","{{data}}"],"model":"own"}""").Json();
        JsonElement base64 = await server.PostJson(
            "/v1/embeddings", """{"input":"a red apple","encoding_format":"base64"}""").Json();

        Assert.Equal("list", numbers.GetProperty("object").GetString());
        JsonElement[] items = [.. numbers.GetProperty("data").EnumerateArray()];
        Same(
            tower.Embed("a red apple", Stop),
            [.. items[0].GetProperty("embedding").EnumerateArray().Select(one => one.GetSingle())]);
        Same(
            student.Embed(PictureInput.FromBytes(picture), Stop),
            [.. items[1].GetProperty("embedding").EnumerateArray().Select(one => one.GetSingle())]);
        Same(
            tower.Embed("a red apple", Stop),
            [.. MemoryMarshal.Cast<byte, float>(
                base64.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64())]);
        await server.PostJson("/v1/embeddings", """{"input":"a","dimensions":7}""").IsRefused(
            HttpStatusCode.BadRequest, "bad-request");
        await server.PostJson("/v1/embeddings", """{"input":[[1,2]]}""").IsRefused(
            HttpStatusCode.BadRequest, "bad-request");
        Assert.Contains(
            "77",
            await server.PostJson("/v1/embeddings", $$"""{"input":"{{string.Join(' ', Enumerable.Repeat("apple", 200))}}"}""").IsRefused(HttpStatusCode.BadRequest, "bad-request"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_without_a_tower_are_refused_and_errors_have_OpenAIs_shape()
    {
        using HttpResponseMessage answer = await Server.PostJson("/v1/embeddings", """{"input":"a"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        JsonElement error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty(
            "error");
        Assert.Contains("text tower", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Corrections_lie_in_the_folder_of_their_class_once()
    {
        byte[] picture = ServedPackage.Picture(3);
        for (int time = 0; time < 2; time++)
        {
            using HttpResponseMessage kept = await Server.PostPicture(
                "/v1/corrections?class=blue%20moon&model=tiny", picture);
            Assert.Equal(HttpStatusCode.NoContent, kept.StatusCode);
        }

        string file = Assert.Single(Directory.EnumerateFiles(Path.Combine(served.Collected, "blue moon"), "*.png"));
        Assert.Equal(picture, File.ReadAllBytes(file));
        await Server.PostPicture("/v1/corrections?class=..%2F..%2Fx", picture).IsRefused(
            HttpStatusCode.BadRequest, "bad-request");
        await Server.PostPicture("/v1/corrections?class=blue%20moon", [1, 2, 3]).IsRefused(
            HttpStatusCode.BadRequest, "bad-picture");
        await Server.PostJson("/v1/corrections?class=blue%20moon", "{}").IsRefused(
            HttpStatusCode.UnsupportedMediaType, "unsupported");
        Assert.Equal(["blue moon"], Directory.EnumerateDirectories(served.Collected).Select(Path.GetFileName));
    }

    private static void Same(float[] expected, float[] found) =>
        Assert.Equal(expected, found, (x, y) => Math.Abs(x - y) < 1e-4);
}
