using PromptKD.Runtime;

namespace PromptKD.Server;

/// <summary>What is served, and how. A section of a host's configuration can be bound to it.</summary>
public sealed class PromptKDServerOptions
{
    /// <summary>The section of a configuration that <c>PromptKD.Server</c> reads when it runs by itself.</summary>
    public const string Section = "PromptKD";

    /// <summary>
    /// The models: a student package or an ONNX file each, as <c>PATH</c> or <c>NAME[@VERSION]=PATH</c>. The first one
    /// answers who names none. Without a name it is called as its file, or as the folder of its run. At least one.
    /// </summary>
    public IList<string> Models { get; } = [];

    /// <summary>Most pictures that are computed at once.</summary>
    public int Batch { get; set; } = 8;

    /// <summary>
    /// How long the first picture of a batch waits, at most, for as many as came the last time; zero to wait for none.
    /// </summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(4);

    /// <summary>
    /// Batches of one model that are computed at the same time: two, or one where there is one core. While one
    /// computes, the pictures of the other are decoded and answered. They share what is on its way: of eight pictures
    /// each takes four.
    /// </summary>
    public int Workers { get; set; } = Math.Min(2, Environment.ProcessorCount);

    /// <summary>
    /// Most pictures of one model that are decoded, waiting or computed; who comes then is told to come again.
    /// </summary>
    public int Queue { get; set; } = 256;

    /// <summary>How long a request may take in all.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long requests that are under way may take to end when the server is told to stop.</summary>
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most bytes of a request's body.</summary>
    public int MaxBodyBytes { get; set; } = 32 << 20;

    /// <summary>Most pixels (width × height) of a picture; a larger one is refused by its header.</summary>
    public long MaxPixels { get; set; } = 32_000_000;

    /// <summary>Most pictures, or texts, of a request.</summary>
    public int MaxPictures { get; set; } = 32;

    // More than have places could never come in.
    internal int LargestRequest => Math.Min(MaxPictures, Queue);

    /// <summary>Most requests that are worked on at once.</summary>
    public int MaxRequests { get; set; } = 64;

    /// <summary>Where students compute.</summary>
    public ComputeDevice Device { get; set; } = ComputeDevice.Auto;

    /// <summary>Which of several GPUs, from 0.</summary>
    public int DeviceIndex { get; set; }

    /// <summary>
    /// In which precision packages compute; null as each was trained. ONNX files compute as they were exported.
    /// </summary>
    public ComputePrecision? Precision { get; set; }

    /// <summary>
    /// What computes models that are ONNX files, by ONNX Runtime's name of it; null for the processor, and for CUDA
    /// where <see cref="Device"/> says so and a student is an ONNX file.
    /// </summary>
    public string? OnnxProvider { get; set; }

    /// <summary>
    /// Threads that compute one batch together; 0 for what a model of its size gains from. Null leaves what the process
    /// has set, which is one number for all of libtorch in it; a program that only serves takes 0.
    /// </summary>
    public int? Threads { get; set; }

    /// <summary>
    /// Whether pictures are turned as their EXIF orientation says; null for what each student was trained on.
    /// </summary>
    public bool? Upright { get; set; }

    /// <summary>How often to look whether a model was replaced on disk; zero never to look.</summary>
    public TimeSpan ReloadEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Probability, 0–1, below which an answer counts as unsure in the metrics, and below which it is none where a
    /// request asks for no other.
    /// </summary>
    public double? Threshold { get; set; }

    /// <summary>
    /// How long the server still answers when it is told to stop, while it says that it is not ready: the time that a
    /// balancer takes to send requests elsewhere.
    /// </summary>
    public TimeSpan UnreadyFor { get; set; }

    /// <summary>
    /// The CLIP whose text tower embeds texts for <c>/v1/embeddings</c>: the teacher of the students. Empty for none.
    /// </summary>
    public string TextTower { get; set; } = "";

    /// <summary>CLIP's vocabulary for the text tower; null to look for it.</summary>
    public string? Vocabulary { get; set; }

    /// <summary>Whether Azure Custom Vision's prediction route is answered in its shape.</summary>
    public bool CustomVision { get; set; }

    /// <summary>Hosts from which pictures are fetched by their address; none unless named.</summary>
    public IList<string> AllowFetch { get; } = [];

    /// <summary>A file of keys, one a line: only who sends one is answered. Null for everybody.</summary>
    public string? ApiKeyFile { get; set; }

    /// <summary>
    /// A key, beside those of the file: for the environment (<c>PROMPTKD_API_KEY</c>), not for command lines.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>Origins whose pages may read answers; none unless named.</summary>
    public IList<string> AllowOrigins { get; } = [];

    /// <summary>Where metrics go by OTLP, beside <c>/metrics</c>; null for nowhere.</summary>
    public Uri? Otlp { get; set; }

    /// <summary>
    /// The folder that receives corrections from the page, in class folders; null for none, and then the page has no
    /// button for them.
    /// </summary>
    public string? Collect { get; set; }

    /// <summary>Whether there is a page at the root.</summary>
    public bool HasPage { get; set; } = true;

    /// <summary>Refuses what cannot be meant.</summary>
    /// <exception cref="PromptKDException">Says which value, and what is expected.</exception>
    internal void Check()
    {
        if (Models.Count == 0)
        {
            throw new PromptKDException(
                "No model is named. Add a student package or an ONNX file to Models; in a configuration that is "
                + "PromptKD:Models:0.");
        }

        Least(Batch, 1, "batch");
        Least(Workers, 1, "workers");
        Least(Queue, 1, "queue");
        Least(MaxBodyBytes, 1, "max-body");
        Least(MaxPixels, 1, "max-pixels");
        Least(MaxPictures, 1, "max-pictures");
        Least(MaxRequests, 1, "max-requests");
        Least(DeviceIndex, 0, "device-index");
        Least(Threads ?? 0, 0, "threads");
        Within(Delay, TimeSpan.Zero, TimeSpan.FromSeconds(10), "delay");
        Within(Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), "timeout");
        Within(Drain, TimeSpan.Zero, TimeSpan.FromHours(1), "drain");
        Within(UnreadyFor, TimeSpan.Zero, TimeSpan.FromHours(1), "unready");
        Within(ReloadEvery, TimeSpan.Zero, TimeSpan.FromHours(1), "reload");
        if (AllowFetch.FirstOrDefault(host => Uri.CheckHostName(host) == UriHostNameType.Unknown) is { } unknown)
        {
            throw new PromptKDException(
                $"‹allow-fetch› has '{unknown}', expected the name of a host, such as pictures.example.org.");
        }

        if (AllowOrigins.FirstOrDefault(origin => !IsOrigin(origin)) is { } other)
        {
            throw new PromptKDException(
                $"‹cors› has '{other}', expected an origin, such as https://example.org.");
        }

        if (Collect is { Length: > 0 } && File.Exists(Collect))
        {
            throw new PromptKDException($"‹collect› is '{Collect}', a file. Give a folder, which may be new.");
        }

        if (Threshold is { } threshold && threshold is not (>= 0 and <= 1))
        {
            throw new PromptKDException($"‹threshold› is {threshold}; give a probability, 0 to 1.");
        }

        if (Batch > Queue)
        {
            throw new PromptKDException(
                $"‹batch› is {Batch} and ‹queue› is {Queue}: a batch never fills. Give a queue of at least "
                + "as many pictures.");
        }
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
        && uri is { Scheme: "http" or "https", PathAndQuery: "/" }
        && !origin.EndsWith('/');

    private static void Least(long value, long least, string name)
    {
        if (value < least)
        {
            throw new PromptKDException($"‹{name}› is {value}; give {least} or more.");
        }
    }

    private static void Within(TimeSpan value, TimeSpan least, TimeSpan most, string name)
    {
        if (value < least || value > most)
        {
            throw new PromptKDException($"‹{name}› is {value}; give {least} to {most}.");
        }
    }
}
