using System.CommandLine;
using PromptKD.Inference;
using PromptKD.Server;

namespace PromptKD.Cli.Commands;

/// <summary>The options of <c>promptkd serve</c>, and what the server is told of them.</summary>
internal static class ServeOptions
{
    private static readonly PromptKDServerOptions s_usual = new();

    private static readonly Option<string[]> s_models = new("--model")
    {
        Description = "A student package or an ONNX file, as PATH or NAME[@VERSION]=PATH; may be given again for "
            + "another [required]",
        HelpName = "[NAME=]PATH",
        Required = true,
    };

    private static readonly Option<string> s_device = StudentOptions.Device();
    private static readonly Option<string> s_precision = StudentOptions.Precision();
    private static readonly Option<string> s_provider = StudentOptions.OnnxProvider();

    private static readonly Option<int?> s_threads = Number(
        "--threads", "Threads that compute one batch together; 0 for what the model gains from [default: 0]");

    private static readonly Option<int?> s_batch = Number(
        "--batch", $"Pictures computed at once, at most [default: {s_usual.Batch}]");

    private static readonly Option<string> s_delay = Time(
        "--delay", $"How long the first picture of a batch waits for others, at most [default: {Text(s_usual.Delay)}]");

    private static readonly Option<int?> s_workers = Number(
        "--workers", $"Batches of a model that are computed at the same time [default: {s_usual.Workers}]");

    private static readonly Option<int?> s_queue = Number(
        "--queue", $"Pictures of a model that are let in at once; others get 503 [default: {s_usual.Queue}]");

    private static readonly Option<string> s_timeout = Time(
        "--timeout", $"How long a request may take [default: {Text(s_usual.Timeout)}]");

    private static readonly Option<string> s_drain = Time(
        "--drain", $"How long requests may take to end after a signal to stop [default: {Text(s_usual.Drain)}]");

    private static readonly Option<string> s_unready = Time(
        "--unready", "How long to answer on after that signal, already not ready [default: 0s]");

    private static readonly Option<int?> s_maxBody = Number(
        "--max-body", $"MiB of a request, at most [default: {s_usual.MaxBodyBytes >> 20}]");

    private static readonly Option<int?> s_maxPixels = Number(
        "--max-pixels", $"Pixels of a picture (width × height), at most [default: {s_usual.MaxPixels}]");

    private static readonly Option<int?> s_maxPictures = Number(
        "--max-pictures", $"Pictures of a request, at most [default: {s_usual.MaxPictures}]");

    private static readonly Option<int?> s_maxRequests = Number(
        "--max-requests", $"Requests that are worked on at once; others get 503 [default: {s_usual.MaxRequests}]");

    private static readonly Option<string> s_reload = Time(
        "--reload", $"How often to look for a replaced model; 0s for never [default: {Text(s_usual.ReloadEvery)}]");

    private static readonly Option<double?> s_threshold = new("--threshold")
    {
        Description = "Answer null where the most probable class has less than this probability, 0 to 1 [default: "
            + "none]",
        HelpName = "P",
    };

    private static readonly Option<string> s_textTower = Text(
        "--text-tower", "PATH", "The CLIP that embeds texts for /v1/embeddings, the students' teacher [default: none]");

    private static readonly Option<string> s_vocabulary = Text(
        "--vocab", OptionRules.AFile, "CLIP's vocabulary for the text tower [default: looked for]");

    private static readonly Option<bool> s_customVision = Flag(
        "--custom-vision", "Answer Azure Custom Vision's prediction route, too [default: off]");

    private static readonly Option<string[]> s_allowFetch = Several(
        "--allow-fetch", "HOST",
        "Fetch pictures by their address from this public host; may be given again [default: none]");

    private static readonly Option<string> s_keys = Text(
        "--api-key-file", OptionRules.AFile, "Keys, one a line; others are not answered [default: none]");

    private static readonly Option<string[]> s_origins = Several(
        "--cors", "ORIGIN", "Let pages of this origin read answers; may be given again [default: none]");

    private static readonly Option<string> s_otlp = Text(
        "--otlp", "URL", "Where metrics are sent by OTLP [default: nowhere]");

    private static readonly Option<string> s_collect = Text(
        "--collect", "DIR", "Folder for corrections from the page, in class folders [default: none]");

    private static readonly Option<bool> s_noPage = Flag("--no-page", "Leave the page at / out [default: off]");

    /// <summary>All of them.</summary>
    public static IEnumerable<Option> All =>
    [
        s_models, s_device, s_precision, s_provider, s_threads, s_batch, s_delay, s_workers, s_queue, s_timeout,
        s_drain, s_unready, s_maxBody, s_maxPixels, s_maxPictures, s_maxRequests, s_reload, s_threshold, s_textTower,
        s_vocabulary, s_customVision, s_allowFetch, s_keys, s_origins, s_otlp, s_collect, s_noPage,
        .. StudentOptions.Upright.Options,
    ];

    /// <summary>Tells the server.</summary>
    /// <exception cref="PromptKDException">A value cannot be meant.</exception>
    public static void Apply(ParseResult parsed, PromptKDServerOptions options)
    {
        TorchOptions torch = StudentOptions.Torch(parsed.GetValue(s_device), parsed.GetValue(s_precision));
        options.Device = torch.Device;
        options.DeviceIndex = torch.DeviceIndex;
        options.Precision = torch.Precision;
        options.OnnxProvider = parsed.GetValue(s_provider);
        options.Upright = StudentOptions.Upright.Read(parsed);
        options.Threads = parsed.GetValue(s_threads);
        options.Threshold = parsed.GetValue(s_threshold);
        foreach (string model in parsed.GetValue(s_models)!)
        {
            options.Models.Add(model);
        }

        ApplyAccess(parsed, options);
        options.Batch = parsed.GetValue(s_batch) ?? options.Batch;
        options.Workers = parsed.GetValue(s_workers) ?? options.Workers;
        options.Queue = parsed.GetValue(s_queue) ?? options.Queue;
        options.MaxBodyBytes = parsed.GetValue(s_maxBody) is { } most ? checked(most << 20) : options.MaxBodyBytes;
        options.MaxPixels = parsed.GetValue(s_maxPixels) ?? options.MaxPixels;
        options.MaxPictures = parsed.GetValue(s_maxPictures) ?? options.MaxPictures;
        options.MaxRequests = parsed.GetValue(s_maxRequests) ?? options.MaxRequests;
        options.Delay = Read(parsed, s_delay) ?? options.Delay;
        options.Timeout = Read(parsed, s_timeout) ?? options.Timeout;
        options.Drain = Read(parsed, s_drain) ?? options.Drain;
        options.UnreadyFor = Read(parsed, s_unready) ?? options.UnreadyFor;
        options.ReloadEvery = Read(parsed, s_reload) ?? options.ReloadEvery;
    }

    private static void ApplyAccess(ParseResult parsed, PromptKDServerOptions options)
    {
        options.TextTower = parsed.GetValue(s_textTower) ?? "";
        options.Vocabulary = parsed.GetValue(s_vocabulary);
        options.CustomVision = parsed.GetValue(s_customVision);
        options.ApiKeyFile = parsed.GetValue(s_keys);
        options.Collect = parsed.GetValue(s_collect);
        options.HasPage = !parsed.GetValue(s_noPage);
        foreach (string host in parsed.GetValue(s_allowFetch) ?? [])
        {
            options.AllowFetch.Add(host);
        }

        foreach (string origin in parsed.GetValue(s_origins) ?? [])
        {
            options.AllowOrigins.Add(origin);
        }

        if (parsed.GetValue(s_otlp) is { } address)
        {
            options.Otlp = Uri.TryCreate(address, UriKind.Absolute, out Uri? otlp) && otlp.Scheme is "http" or "https"
                ? otlp
                : throw new PromptKDException(
                    $"{s_otlp.Name} is '{address}', expected an address such as http://127.0.0.1:4317.");
        }
    }

    private static TimeSpan? Read(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is { } text ? DurationText.Parse(option.Name, text) : null;

    private static Option<int?> Number(string name, string description) =>
        new(name) { Description = description, HelpName = "N" };

    private static Option<string> Text(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };

    private static Option<string[]> Several(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static Option<string> Time(string name, string description) =>
        new(name) { Description = description, HelpName = "TIME" };

    private static string Text(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1) ? $"{time.TotalMilliseconds}ms" : $"{time.TotalSeconds}s";
}
