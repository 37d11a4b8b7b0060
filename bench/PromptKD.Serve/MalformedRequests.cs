using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PromptKD.Serve;

/// <summary>Requests that deserve a 4xx each, drawn from a seed.</summary>
/// <param name="seed">Equal seeds give equal requests.</param>
internal sealed class MalformedRequests(int seed)
{
    private const string Json = "application/json";
    private const string Form = "multipart/form-data; boundary=b";
    private const int Kinds = 14;

    private static readonly byte[] s_pngStart = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];

    private readonly Random _random = new(seed);

    /// <summary>The next one, and what it is.</summary>
    public (string Kind, byte[] Bytes) Next() => _random.Next(Kinds) switch
    {
        0 => ("a form that is cut", Classify(Form, Cut(FormOf(Noise(200))))),
        1 => ("a form without an end", Classify(
            Form, Text($"--b\r\nContent-Disposition: form-data; name=\"{Word()}\"\r\n\r\n{Word()}"))),
        2 => ("a form with headers without end", Classify(Form, Text($"--b\r\n{Many("X: y\r\n")}"))),
        3 => ("JSON of great depth", Classify(Json, Text($"{{\"pictures\":{Many("[")}"))),
        4 => ("JSON that is cut", Classify(
            Json, Cut(Text("{\"pictures\":[{\"data\":\"aGFsbG8gaGFsbG8=\",\"name\":\"x\"}],\"top\":3}")))),
        5 => ("JSON of wrong types", Classify(
            Json, Text($"{{\"pictures\":[{{\"data\":{Value()}}}],\"top\":{Value()}}}"))),
        6 => ("base64 that is none", Classify(Json, Text($"{{\"pictures\":[{{\"data\":\"{Word()}*\"}}]}}"))),
        7 => ("letters that are none", Classify(Json, Noise(300))),
        8 => ("a picture that is a bomb", Classify("image/png", Bomb())),
        9 =>
            ("a picture that is noise", Classify("image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0, .. Noise(_random.Next(2000))])),
        10 => ("a tensor of wrong type or shape", Infer(Tensor(), header: null)),
        11 => ("a tensor with other bytes than it says", Infer([.. Tensor(), .. Noise(50)], _random.Next(-5, 500))),
        12 => ("a header that is huge", Request("GET", "/v1/models", $"X-Huge: {Many("x", 40_000)}\r\n", [])),
        _ => ("an address and a length that are none", [.. Text($"GET {Word()} HTTP/1.1\r\n"), .. Text(
            "Host: a\r\nContent-Length: -1\r\n\r\n")]),
    };

    private static byte[] FormOf(byte[] file) =>
        [.. Text("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\n\r\n"), .. file, .. Text(
            "\r\n--b--\r\n")];

    private byte[] Tensor() => Text(
        $"{{\"inputs\":[{{\"name\":\"{Pick("pixels", "images", "file", Word())}\",\"datatype\":\"{Pick("UINT8", "FP32", "BYTES", "INT64", Word())}\","
        + $"\"shape\":[{Pick("1", "-1", "0", "9223372036854775807", "1,2", "1,3,1,1", "1e3")}],\"data\":{Pick("[1]", "[[[[[]]]]]", "[\"x\"]", "{}", "[null]", "[1e99]")}}}]}}");

    private byte[] Bomb()
    {
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(size, _random.Next(20_000, int.MaxValue));
        BinaryPrimitives.WriteInt32BigEndian(size.AsSpan(4), _random.Next(20_000, int.MaxValue));
        return [.. s_pngStart, .. size, 8, 2, 0, 0, 0, .. Noise(100)];
    }

    private static byte[] Classify(string type, byte[] body) =>
        Request("POST", "/v1/classify", $"Content-Type: {type}\r\n", body);

    private static byte[] Infer(byte[] body, int? header) => Request(
        "POST",
        "/v2/models/food/infer",
        header is { } length
            ? $"Inference-Header-Content-Length: {length.ToString(CultureInfo.InvariantCulture)}\r\n"
            : $"Content-Type: {Json}\r\n",
        body);

    private static byte[] Request(string method, string path, string headers, byte[] body) =>
        [.. Text($"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}Content-Length: {body.Length}\r\n\r\n"), .. body];

    private byte[] Cut(byte[] whole) => whole[.._random.Next(1, whole.Length - 8)];

    private byte[] Noise(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private string Value() => Pick("-1", "1e400", "[]", "{}", "true", "0.5", "\"\\ud800\"");

    private string Word() =>
        string.Concat(Enumerable.Range(0, _random.Next(1, 12)).Select(_ => (char)_random.Next('a', 'z')));

    private string Many(string part, int most = 20_000) =>
        string.Concat(Enumerable.Repeat(part, _random.Next(most / 2, most) + (most == 40_000 ? 20_000 : 0)));

    private string Pick(params string[] values) => values[_random.Next(values.Length)];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
