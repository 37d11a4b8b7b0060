using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using PromptKD.Inference;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Server;

/// <summary>The protocol for people, over real connections.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class PlainProtocolTests(ServedPackage served) : IClassFixture<ServedPackage>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private LocalServer Server => served.Server;

    [Fact]
    public async Task A_form_a_body_and_JSON_get_the_librarys_answer()
    {
        byte[] picture = ServedPackage.Picture(1);
        IReadOnlyList<ClassProbability> expected = served.Library.Classify(
            PictureInput.FromBytes(picture), top: 2, Stop);

        JsonElement ofBody = await Server.PostPicture("/v1/classify?top=2", picture).Json();
        JsonElement ofForm = await Server.Client.PostAsync(
            new Uri("/v1/classify", UriKind.Relative), Form(("top", "2"), ("model", "tiny@1"), picture), Stop).Json();
        JsonElement ofJson = await Server.PostJson(
            "/v1/classify",
            $$"""{"pictures":[{"data":"{{Convert.ToBase64String(picture)}}","name":"x.png"}],"top":2}""").Json();
        JsonElement ofAddress = await Server.PostJson(
            "/v1/classify?top=2",
            $$"""{"pictures":[{"data":"data:image/png;base64,{{Convert.ToBase64String(picture)}}"}]}""").Json();

        foreach (JsonElement answer in (JsonElement[])[ofBody, ofForm, ofJson, ofAddress])
        {
            Assert.Equal("tiny", answer.GetProperty("model").GetString());
            Assert.Equal("1", answer.GetProperty("version").GetString());
            JsonElement prediction = Assert.Single(answer.GetProperty("predictions").EnumerateArray());
            Assert.Equal(expected[0].Name, prediction.GetProperty("answer").GetString());
            Assert.Equal(
                expected.Select(one => (one.Name, one.Label)),
                prediction.GetProperty("classes").EnumerateArray()
                    .Select(one => (one.GetProperty("name").GetString()!, one.GetProperty("label").GetInt32())));
            Assert.All(
                expected.Zip(prediction.GetProperty("classes").EnumerateArray()),
                pair => Assert.Equal(pair.First.Probability, pair.Second.GetProperty("probability").GetDouble(), 1e-5));
        }

        Assert.Equal("x.png", ofJson.GetProperty("predictions")[0].GetProperty("name").GetString());
        Assert.Equal("photo.png", ofForm.GetProperty("predictions")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("image/webp")]
    [InlineData("image/x-anything")]
    [InlineData("application/octet-stream")]
    public async Task The_bytes_of_a_picture_are_read_whatever_kind_they_are_said_to_be(string type) => Assert.Equal(
        3,
        (await served.Server.PostPicture("/v1/classify", ServedPackage.Picture(1), type).Json())
            .GetProperty("predictions")[0].GetProperty("classes").GetArrayLength());

    [Fact]
    public async Task Of_several_pictures_one_that_cannot_be_read_leaves_the_others_their_answers()
    {
        string good = Convert.ToBase64String(ServedPackage.Picture(2));

        JsonElement answer = await Server.PostJson(
            "/v1/classify",
            $$"""{"pictures":[{"data":"{{good}}"},{"data":"aGFsbG8="},{"data":"{{good}}"}],"threshold":1}""").Json();

        JsonElement[] predictions = [.. answer.GetProperty("predictions").EnumerateArray()];
        Assert.Equal(3, predictions.Length);
        Assert.Equal("bad-picture", predictions[1].GetProperty("error").GetProperty("code").GetString());
        Assert.All([predictions[0], predictions[2]], one =>
        {
            Assert.Equal(JsonValueKind.Null, one.GetProperty("answer").ValueKind);
            Assert.Equal(3, one.GetProperty("classes").GetArrayLength());
        });
    }

    [Fact]
    public async Task Vectors_are_the_librarys()
    {
        byte[] picture = ServedPackage.Picture(3);

        JsonElement answer = await Server.PostPicture("/v1/embed", picture).Json();

        float[] expected = served.Library.Embed(PictureInput.FromBytes(picture), Stop);
        Assert.Equal(expected.Length, answer.GetProperty("dimensions").GetInt32());
        Assert.Equal(
            expected,
            answer.GetProperty("embeddings")[0].GetProperty("vector").EnumerateArray().Select(one => one.GetSingle()),
            (x, y) => Math.Abs(x - y) < 1e-5);
    }

    [Theory]
    [InlineData("other", "other", "10")]
    [InlineData("other@7", "other", "7")]
    [InlineData("tiny", "tiny", "1")]
    public async Task A_model_is_picked_by_name_and_the_newest_version_answers_for_none(
        string asked, string name, string version)
    {
        JsonElement answer = await Server.PostPicture($"/v1/classify?model={asked}", ServedPackage.Picture(4)).Json();

        Assert.Equal(
            (name, version), (answer.GetProperty("model").GetString(), answer.GetProperty("version").GetString()));
        Assert.Equal(
            served.Library.Classify(
                PictureInput.FromBytes(ServedPackage.Picture(4)), cancellationToken: Stop)[0].Probability,
            answer.GetProperty("predictions")[0].GetProperty("classes")[0].GetProperty("probability").GetDouble(),
            2e-5);
    }

    [Fact]
    public async Task Models_tell_their_classes()
    {
        JsonElement list = await Server.Get("/v1/models").Json();
        JsonElement one = await Server.Get("/v1/models/other@7").Json();

        Assert.Equal(
            ["tiny@1 student", "other@7 onnx", "other@10 student"],
            list.GetProperty("models").EnumerateArray().Select(model =>
                $"{model.GetProperty("name")}@{model.GetProperty("version")} {model.GetProperty("format")}"));
        Assert.Equal(
            served.Library.ClassNames,
            one.GetProperty("classNames").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal("ONNX file", one.GetProperty("card").GetProperty("Kind").GetString());
    }

    [Theory]
    [InlineData("top=0", "'top'")]
    [InlineData("top=1&top=2", "2 times")]
    [InlineData("top=1.5", "'top'")]
    [InlineData("threshold=1.5", "'threshold'")]
    [InlineData("threshold=nan", "'threshold'")]
    [InlineData("tpo=1", "no parameter 'tpo'")]
    public async Task What_is_asked_wrongly_is_refused(string query, string said) => Assert.Contains(
        said,
        await Server.PostPicture($"/v1/classify?{query}", ServedPackage.Picture(1)).IsRefused(
            HttpStatusCode.BadRequest, "bad-request"),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"pictures":[]}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"pictures":null}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"pictures":[null]}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"pictures":[{"data":5}]}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"pictures":[{"data":"%%"}]}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"pictures":[{"data":""}],"pictures":[]}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"pictures":[{"data":"","more":1}]}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"pictures":[{"data":""}]}""", HttpStatusCode.BadRequest, "bad-picture")]
    [InlineData("""{"pictures":[{},{},{},{},{}]}""", HttpStatusCode.RequestEntityTooLarge, "too-large")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("null", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("", HttpStatusCode.BadRequest, "bad-request")]
    public async Task JSON_that_is_not_what_is_expected_is_refused(string body, HttpStatusCode status, string code) =>
        await Server.PostJson("/v1/classify", body).IsRefused(status, code);

    [Fact]
    public async Task Limits_hold_and_the_server_answers_on()
    {
        byte[] wide = PromptKD.Tests.Data.TestPictures.Png(200, 60, (x, y) => new SkiaSharp.SKColor(1, 2, 3));

        await Server.PostPicture("/v1/classify", new byte[(1 << 20) + 1]).IsRefused(
            HttpStatusCode.RequestEntityTooLarge, "too-large");
        Assert.Contains(
            "10000",
            await Server.PostPicture("/v1/classify", wide).IsRefused(HttpStatusCode.BadRequest, "bad-picture"),
            StringComparison.Ordinal);
        await Server.PostPicture("/v1/classify", [1], "text/plain").IsRefused(
            HttpStatusCode.UnsupportedMediaType, "unsupported");
        await Server.PostPicture("/v1/classify?model=none", ServedPackage.Picture(1)).IsRefused(
            HttpStatusCode.NotFound, "not-found");
        await Server.Get("/v1/classify").IsRefused(HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        await Server.Get("/v2/nothing").IsRefused(HttpStatusCode.NotFound, "not-found");

        await Server.PostPicture("/v1/classify", ServedPackage.Picture(1)).Json();
    }

    [Fact]
    public async Task A_form_without_an_end_or_without_pictures_is_refused()
    {
        await Send("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n123").IsRefused(
            HttpStatusCode.BadRequest, "bad-request");
        await Send("--b\r\nContent-Disposition: form-data; name=\"top\"\r\n\r\n1\r\n--b--\r\n").IsRefused(
            HttpStatusCode.BadRequest, "bad-request");
        await Send("nothing").IsRefused(HttpStatusCode.BadRequest, "bad-request");

        Task<HttpResponseMessage> Send(string text)
        {
            var content = new StringContent(text);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
            return Server.Client.PostAsync(new Uri("/v1/classify", UriKind.Relative), content, Stop);
        }
    }

    [Fact]
    public async Task Answers_tell_browsers_to_do_nothing_with_them()
    {
        using HttpResponseMessage answer = await Server.Get("/v1/models");

        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.StartsWith(
            "default-src 'none'",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")),
            StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    private static MultipartFormDataContent Form(
        (string Name, string Value) one, (string Name, string Value) other, byte[] picture) =>
        new()
        {
            { new StringContent(one.Value), one.Name },
            { new StringContent(other.Value), other.Name },
            { new ByteArrayContent(picture), "file", "photo.png" },
        };
}
