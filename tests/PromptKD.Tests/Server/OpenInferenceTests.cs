using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using PromptKD.Data.Decoding;
using PromptKD.Inference;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Server;

/// <summary>The Open Inference Protocol, as its specification and that of its binary extension have it.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class OpenInferenceTests(ServedPackage served) : IClassFixture<ServedPackage>
{
    private const int Size = 16;
    private const string LengthHeader = "Inference-Header-Content-Length";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private LocalServer Server => served.Server;

    [Fact]
    public async Task Health_and_metadata_are_there()
    {
        foreach (string address in (string[])["/v2/health/live", "/v2/health/ready", "/v2/models/tiny/ready", "/v2/models/other/versions/7/ready"])
        {
            using HttpResponseMessage answer = await Server.Get(address);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        JsonElement server = await Server.Get("/v2").Json();
        JsonElement model = await Server.Get("/v2/models/other/versions/7").Json();

        Assert.Equal("promptkd", server.GetProperty("name").GetString());
        Assert.Equal(
            ["classification", "binary_tensor_data"],
            server.GetProperty("extensions").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("onnxruntime_onnx", model.GetProperty("platform").GetString());
        Assert.Equal(["7", "10"], model.GetProperty("versions").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(
            ["file BYTES [-1]", "pixels UINT8 [-1,16,16,3]", "images FP32 [-1,3,16,16]"],
            model.GetProperty("inputs").EnumerateArray().Select(one =>
                $"{one.GetProperty("name")} {one.GetProperty("datatype")} {one.GetProperty("shape")}"));
    }

    [Fact]
    public async Task Files_pixels_and_normalised_colours_get_the_librarys_answer_in_JSON_and_in_bytes()
    {
        byte[] pixels = [.. Enumerable.Range(0, Size * Size * 3).Select(place => (byte)(place * 7))];
        float[] expected = Probabilities(PictureInput.FromPixels(pixels, Size, Size));
        float[] images = Normalised(pixels);
        byte[] file = PromptKD.Tests.Data.TestPictures.Png(
            Size, Size, (x, y) => new SkiaSharp.SKColor(
                pixels[((y * Size) + x) * 3], pixels[(((y * Size) + x) * 3) + 1], pixels[(((y * Size) + x) * 3) + 2]));
        byte[] element = [.. Little(file.Length), .. file];

        Same(expected, await Ask("pixels", "UINT8", "[1,16,16,3]", $"[{string.Join(',', pixels)}]"));
        Same(expected, await Ask(
            "images",
            "FP32",
            "[1,3,16,16]",
            $"[{string.Join(',', images.Select(one => one.ToString("R", CultureInfo.InvariantCulture)))}]"));
        Same(expected, await Ask("file", "BYTES", "[1]", $"[\"{Convert.ToBase64String(file)}\"]"));
        Same(expected, await AskInBytes("pixels", "UINT8", "[1,16,16,3]", pixels));
        Same(
            expected, await AskInBytes("images", "FP32", "[1,3,16,16]", [.. images.SelectMany(BitConverter.GetBytes)]));
        Same(expected, await AskInBytes("file", "BYTES", "[1,1]", element));
    }

    [Fact]
    public async Task Two_rows_get_two_answers_and_an_id_comes_back()
    {
        byte[] one = new byte[Size * Size * 3], other = [.. Enumerable.Repeat((byte)255, Size * Size * 3)];

        JsonElement answer = await Server.PostJson(
            "/v2/models/tiny/infer",
            $$"""{"id":"42","inputs":[{"name":"pixels","datatype":"UINT8","shape":[2,16,16,3],"data":[[{{string.Join(',', one)}}],[{{string.Join(',', other)}}]]}]}""").Json();

        Assert.Equal("42", answer.GetProperty("id").GetString());
        Assert.Equal(
            ("tiny", "1"),
            (answer.GetProperty("model_name").GetString(), answer.GetProperty("model_version").GetString()));
        JsonElement[] outputs = [.. answer.GetProperty("outputs").EnumerateArray()];
        Assert.Equal(
            ["probabilities [2,3]", "logits [2,3]", "features [2,6]"],
            outputs.Select(output => $"{output.GetProperty("name")} {output.GetProperty("shape")}"));
        float[] values = [.. outputs[0].GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];
        Same(Probabilities(PictureInput.FromPixels(one, Size, Size)), values[..3]);
        Same(Probabilities(PictureInput.FromPixels(other, Size, Size)), values[3..]);
    }

    [Theory]
    [InlineData("""{"inputs":[]}""")]
    [InlineData("""{"inputs":[null]}""")]
    [InlineData("""{"inputs":[{"name":"pixels","datatype":"UINT8","shape":[1,16,16,3]}]}""")]
    [InlineData("""{"inputs":[{"name":"pixels","datatype":"UINT8","shape":[1,16,16,3],"data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"pixels","datatype":"FP32","shape":[1,16,16,3],"data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"pixels","datatype":"UINT8","shape":[-1,16,16,3],"data":[]}]}""")]
    [InlineData("""{"inputs":[{"name":"pixels","datatype":"UINT8","shape":[1,3,16,16],"data":[]}]}""")]
    [InlineData("""{"inputs":[{"name":"file","datatype":"BYTES","shape":[2],"data":["aGFsbG8="]}]}""")]
    [InlineData("""{"inputs":[{"name":"file","datatype":"BYTES","shape":[1],"data":[7]}]}""")]
    [InlineData("""{"inputs":[{"name":"none","datatype":"BYTES","shape":[1],"data":["aGFsbG8="]}]}""")]
    [InlineData("""{"inputs":[{"name":"file","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":9}}]}""")]
    [InlineData(
        """{"inputs":[{"name":"file","datatype":"BYTES","shape":[9223372036854775807],"data":[]}]}""",
        HttpStatusCode.RequestEntityTooLarge)]
    public async Task Tensors_that_are_not_as_they_say_are_refused_in_the_protocols_shape(
        string body, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        using HttpResponseMessage answer = await Server.PostJson("/v2/models/tiny/infer", body);

        Assert.Equal(status, answer.StatusCode);
        JsonElement problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
        Assert.Equal(problem.GetProperty("detail").GetString(), problem.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Models_and_outputs_that_are_not_there_are_refused()
    {
        await Server.Get("/v2/models/none").IsRefused(HttpStatusCode.NotFound, "not-found");
        await Server.Get("/v2/models/tiny/versions/2/ready").IsRefused(HttpStatusCode.NotFound, "not-found");
        await Server.PostJson(
            "/v2/models/tiny/infer",
            $$"""{"inputs":[{"name":"file","datatype":"BYTES","shape":[1],"data":["{{Convert.ToBase64String(ServedPackage.Picture(1))}}"]}],"outputs":[{"name":"classes"}]}""")
            .IsRefused(HttpStatusCode.BadRequest, "bad-request");
    }

    private async Task<float[]> Ask(string name, string type, string shape, string data)
    {
        JsonElement answer = await Server.PostJson(
            "/v2/models/tiny/infer",
            $$"""{"inputs":[{"name":"{{name}}","datatype":"{{type}}","shape":{{shape}},"data":{{data}}}],"outputs":[{"name":"probabilities"}]}""").Json();
        return [.. Assert.Single(answer.GetProperty("outputs").EnumerateArray()).GetProperty("data").EnumerateArray().Select(one => one.GetSingle())];
    }

    private async Task<float[]> AskInBytes(string name, string type, string shape, byte[] bytes)
    {
        byte[] json = Encoding.UTF8.GetBytes(
            $$$"""{"inputs":[{"name":"{{{name}}}","datatype":"{{{type}}}","shape":{{{shape}}},"parameters":{"binary_data_size":{{{bytes.Length}}} }}],"outputs":[{"name":"logits","parameters":{"binary_data":false}},{"name":"probabilities","parameters":{"binary_data":true}}]}""");
        using var content = new ByteArrayContent([.. json, .. bytes]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(LengthHeader, json.Length.ToString(CultureInfo.InvariantCulture));

        using HttpResponseMessage answer = await Server.Client.PostAsync(
            new Uri("/v2/models/tiny/infer", UriKind.Relative), content, Stop);

        byte[] body = await answer.Content.ReadAsByteArrayAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        int length = int.Parse(Assert.Single(answer.Headers.GetValues(LengthHeader)), CultureInfo.InvariantCulture);
        JsonElement outputs = JsonDocument.Parse(body.AsMemory(0, length)).RootElement.GetProperty("outputs");
        Assert.Equal(3, outputs[0].GetProperty("data").GetArrayLength());
        Assert.Equal(
            body.Length - length, outputs[1].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        return [.. body[length..].Chunk(4).Select(four => BinaryPrimitives.ReadSingleLittleEndian(four))];
    }

    private float[] Probabilities(PictureInput picture) =>
        [.. served.Library.Classify(picture, top: 3, Stop).OrderBy(one => one.Label).Select(
            one => (float)one.Probability)];

    // CLIP's means and deviations, as its preprocessor_config.json has them.
    private static float[] Normalised(byte[] pixels)
    {
        Preprocessing usual = new();
        float[] means = [usual.Mean.Red, usual.Mean.Green, usual.Mean.Blue],
        stds = [usual.Std.Red, usual.Std.Green, usual.Std.Blue];
        float[] planes = new float[pixels.Length];
        for (int place = 0; place < pixels.Length; place++)
        {
            planes[(place % 3 * Size * Size) + (place / 3)] =
                ((pixels[place] / 255f) - means[place % 3]) / stds[place % 3];
        }

        return planes;
    }

    private static byte[] Little(int number) => BitConverter.GetBytes(number);

    private static void Same(float[] expected, float[] found) =>
        Assert.Equal(expected, found, (x, y) => Math.Abs(x - y) < 1e-5);
}
