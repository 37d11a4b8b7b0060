using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using PromptKD.Inference;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Server;

/// <summary>
/// Requests as the published clients and documents of the protocol have them: the letters that tritonclient's HTTP
/// client puts on the wire, and the examples of KServe's and Triton's pages.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class OpenInferenceClientsTests(ServedPackage served) : IClassFixture<ServedPackage>
{
    private const string LengthHeader = "Inference-Header-Content-Length";

    // The example of KServe's required_api.md, in its own letters.
    private const string PublishedRequest =
        """
        {
          "id" : "42",
          "inputs" : [
            {
              "name" : "input0",
              "shape" : [ 2, 2 ],
              "datatype" : "UINT32",
              "data" : [ 1, 2, 3, 4 ]
            },
            {
              "name" : "input1",
              "shape" : [ 3 ],
              "datatype" : "BOOL",
              "data" : [ true ]
            }
          ],
          "outputs" : [
            {
              "name" : "output0"
            }
          ]
        }
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static byte[] File => ServedPackage.Picture(1);

    [Fact]
    public async Task What_tritonclient_sends_without_outputs_gets_all_of_them_as_bytes()
    {
        byte[] element = [.. BitConverter.GetBytes(File.Length), .. File];

        (JsonElement json, byte[] bytes) = await Infer(
            $$$$"""{"id":"7","inputs":[{"name":"file","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":{{{{element.Length}}}}}}],"parameters":{"priority":1,"timeout":5000000,"binary_data_output":true}}""",
            element);

        Assert.Equal("7", json.GetProperty("id").GetString());
        (string Name, int Size)[] outputs =
        [
            .. json.GetProperty("outputs").EnumerateArray().Select(one => (
                one.GetProperty("name").GetString()!,
                one.GetProperty("parameters").GetProperty("binary_data_size").GetInt32())),
        ];
        Assert.Equal([("probabilities", 12), ("logits", 12), ("features", 24)], outputs);
        Assert.Equal(48, bytes.Length);
        float[] found = [.. bytes[..12].Chunk(4).Select(four => BinaryPrimitives.ReadSingleLittleEndian(four))];
        foreach (ClassProbability expected in Expected())
        {
            Assert.Equal(expected.Probability, found[expected.Label], 1e-5);
        }
    }

    [Fact]
    public async Task Classification_gives_the_largest_with_index_and_label()
    {
        JsonElement answer = await served.Server.PostJson(
            "/v2/models/tiny/infer",
            $$$$"""{"inputs":[{"name":"file","shape":[1],"datatype":"BYTES","data":["{{{{Convert.ToBase64String(File)}}}}"]}],"outputs":[{"name":"probabilities","parameters":{"classification":2}},{"name":"features","parameters":{"classification":1}},{"name":"logits","parameters":{"classification":99}}]}""").Json();

        JsonElement[] outputs = [.. answer.GetProperty("outputs").EnumerateArray()];
        Assert.Equal(
            ["BYTES [1,2]", "BYTES [1,1]", "BYTES [1,3]"],
            outputs.Select(one => $"{one.GetProperty("datatype")} {one.GetProperty("shape")}"));
        ClassProbability[] expected = Expected();
        string[] best = [.. outputs[0].GetProperty("data").EnumerateArray().Select(one => one.GetString()!)];
        for (int place = 0; place < best.Length; place++)
        {
            string[] parts = best[place].Split(':');
            Assert.Equal(expected[place].Probability, double.Parse(parts[0], CultureInfo.InvariantCulture), 1e-5);
            Assert.Equal(
                (expected[place].Label.ToString(CultureInfo.InvariantCulture), expected[place].Name),
                (parts[1], parts[2]));
        }

        Assert.Matches(@"^-?\d\.\d{6}:[0-5]$", outputs[1].GetProperty("data")[0].GetString());
        Assert.Equal(
            expected.Select(one => one.Name),
            outputs[2].GetProperty("data").EnumerateArray().Select(one => one.GetString()!.Split(':')[2]));
    }

    [Fact]
    public async Task Classification_as_tritonclient_asks_for_it_comes_as_bytes_with_lengths()
    {
        byte[] element = [.. BitConverter.GetBytes(File.Length), .. File];

        (JsonElement json, byte[] bytes) = await Infer(
            $$$$"""{"inputs":[{"name":"file","shape":[1,1],"datatype":"BYTES","parameters":{"binary_data_size":{{{{element.Length}}}}}}],"outputs":[{"name":"probabilities","parameters":{"classification":1,"binary_data":true}}]}""",
            element);

        JsonElement output = Assert.Single(json.GetProperty("outputs").EnumerateArray());
        Assert.Equal(bytes.Length, output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal(bytes.Length - 4, BinaryPrimitives.ReadInt32LittleEndian(bytes));
        ClassProbability best = Expected()[0];
        Assert.EndsWith(
            $":{best.Label}:{best.Name}", Encoding.UTF8.GetString(bytes.AsSpan(4)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Classification_of_no_classes_is_refused(int count) => await served.Server.PostJson(
        "/v2/models/tiny/infer",
        $$$$"""{"inputs":[{"name":"file","shape":[1],"datatype":"BYTES","data":["{{{{Convert.ToBase64String(File)}}}}"]}],"outputs":[{"name":"logits","parameters":{"classification":{{{{count}}}}}}]}""")
        .IsRefused(HttpStatusCode.BadRequest, "bad-request");

    [Fact]
    public async Task The_published_example_is_read_and_told_what_this_model_takes()
    {
        using HttpResponseMessage none = await served.Server.PostJson("/v2/models/mymodel/infer", PublishedRequest);
        using HttpResponseMessage other = await served.Server.PostJson("/v2/models/tiny/infer", PublishedRequest);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (none.StatusCode, other.StatusCode));
        Assert.Contains("'mymodel'", await Error(none), StringComparison.Ordinal);
        Assert.Equal("The request has 2 inputs, expected one: file, pixels or images.", await Error(other));
    }

    [Fact]
    public async Task A_compressed_body_is_refused_by_name()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(PublishedRequest));
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        using HttpResponseMessage answer =
            await served.Server.Client.PostAsync(new Uri("/v2/models/tiny/infer", UriKind.Relative), content, Stop);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("gzip", await Error(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    public async Task The_type_that_a_clients_library_names_does_not_matter(string type)
    {
        using var content = new StringContent(
            $$$$"""{"inputs":[{"name":"file","shape":[1],"datatype":"BYTES","data":["{{{{Convert.ToBase64String(File)}}}}"]}]}""",
            Encoding.UTF8,
            type);

        JsonElement answer = await served.Server.Client
            .PostAsync(new Uri("/v2/models/tiny/infer", UriKind.Relative), content, Stop).Json();

        Assert.Equal(3, answer.GetProperty("outputs").GetArrayLength());
    }

    private static async Task<string> Error(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("error").GetString()!;

    private async Task<(JsonElement Json, byte[] Bytes)> Infer(string head, byte[] tensors)
    {
        byte[] json = Encoding.UTF8.GetBytes(head);
        using var content = new ByteArrayContent([.. json, .. tensors]);
        content.Headers.Add(LengthHeader, json.Length.ToString(CultureInfo.InvariantCulture));

        // tritonclient sends no content type, and this header beside others.
        using HttpResponseMessage answer =
            await served.Server.Client.PostAsync(new Uri("/v2/models/tiny/infer", UriKind.Relative), content, Stop);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        int length = int.Parse(Assert.Single(answer.Headers.GetValues(LengthHeader)), CultureInfo.InvariantCulture);
        return (JsonDocument.Parse(body.AsMemory(0, length)).RootElement, body[length..]);
    }

    private ClassProbability[] Expected() => [.. served.Library.Classify(PictureInput.FromBytes(File), top: 3, Stop)];
}
