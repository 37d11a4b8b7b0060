using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace PromptKD.Runtime;

/// <summary>A graph, loaded into ONNX Runtime. Threads may share it.</summary>
internal sealed class OnnxSession : IDisposable
{
    // Some million weights, which take one core a millisecond or two for a picture.
    private const long LargestOfOneThread = 4 << 20;

    // How finely an operator's work is cut: blocks that shrink towards its end. Where several calls are computed at
    // once, a call waits less for a block of its own that another thread began; eight calls gain some 5 %, one neither
    // gains nor loses.
    private const string BlockKey = "session.dynamic_block_base";
    private const string BlockBase = "4";

    // On a processor of x86 without VNNI the fast product of 8-bit numbers cuts off sums of two that 16 bits do not
    // hold, and answers change; the slower one does not. Elsewhere the runtime passes over this.
    private const string WholeNumbersKey = "session.x64quantprecision";
    private const string Exact = "1";

    // What ONNX Runtime says of a file that is no model at all, and of one that is empty.
    private static readonly string[] s_noModel = ["InvalidProtobuf", "No graph was found"];

    private readonly InferenceSession _session;
    private readonly string _name;

    // One for all calls: a new one for each has crashed the process.
    private readonly RunOptions _options = new();

    private OnnxSession(InferenceSession session, string name) => (_session, _name) = (session, name);

    /// <summary>What the runtime says its version is.</summary>
    public static string RuntimeVersion => OrtEnv.Instance().GetVersionString();

    /// <summary>What the file says of itself: key and text.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    /// <summary>Loads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="configure">Chooses how it is computed; null for the processor.</param>
    /// <exception cref="PromptKDException">It is no graph, or there is no native ONNX Runtime.</exception>
    public static OnnxSession Open(string path, Action<SessionOptions>? configure = null)
    {
        RegularFile.Explain(path, file =>
        {
            RegularFile.RefuseOthers(file);
            return true;
        });
        try
        {
            return Open(path, new FileInfo(path).Length, configure, options => new InferenceSession(path, options));
        }
        catch (PromptKDException error) when (error.InnerException is OnnxRuntimeException
            && ConstantsBeside.FindFault(path) is { } fault)
        {
            throw new PromptKDException(
                $"{path}: its constants are in a file beside it, {fault}. Copy all files of the model.",
                error)
            {
                Code = PromptKDError.MissingFile,
            };
        }
    }

    /// <summary>Loads a file that is in memory.</summary>
    /// <param name="model">The whole file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="configure">As of a file.</param>
    /// <exception cref="PromptKDException">As of a file.</exception>
    public static OnnxSession Open(byte[] model, string name, Action<SessionOptions>? configure = null) =>
        Open(name, model.Length, configure, options => new InferenceSession(model, options));

    /// <summary>
    /// Threads that compute one call together, where nobody asks for a number: one for a small graph, whose operators
    /// are not worth sharing; threads that wait for each other spin, and cost more than they compute. 0, one a core,
    /// for others.
    /// </summary>
    /// <param name="bytes">Of the file.</param>
    public static int ThreadsFor(long bytes) => bytes <= LargestOfOneThread ? 1 : 0;

    /// <summary>What an error of the runtime says, in a part of a line.</summary>
    public static string ReasonOf(OnnxRuntimeException error) =>
        error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');

    /// <summary>
    /// The sizes of an input or an output; −1 where any will do. Null where there is none of that name.
    /// </summary>
    public IReadOnlyList<int>? ShapeOf(string name) =>
        _session.InputMetadata.TryGetValue(name, out NodeMetadata? value)
        || _session.OutputMetadata.TryGetValue(name, out value)
            ? value.Dimensions
            : null;

    /// <summary>Whether an input takes bytes.</summary>
    public bool TakesBytes(string name) =>
        _session.InputMetadata.TryGetValue(name, out NodeMetadata? value) && value.ElementType == typeof(byte);

    /// <summary>Computes.</summary>
    /// <param name="input">Name of the input.</param>
    /// <param name="values">Its values.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="outputs">What to read, by name.</param>
    /// <returns>The values of each output, flattened.</returns>
    /// <exception cref="PromptKDException">The runtime refuses them, or has not the memory.</exception>
    public float[][] Run<T>(string input, T[] values, long[] shape, IReadOnlyList<string> outputs)
        where T : unmanaged => Run<T>(input, shape, fed => values.CopyTo(fed), outputs);

    /// <summary>Computes of values that are written where the runtime reads them.</summary>
    /// <param name="input">Name of the input.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="write">Writes all of its values, row by row.</param>
    /// <param name="outputs">What to read, by name.</param>
    /// <returns>The values of each output, flattened.</returns>
    public float[][] Run<T>(string input, long[] shape, Action<Span<T>> write, IReadOnlyList<string> outputs)
        where T : unmanaged
    {
        using OrtValue fed = Allocate<T>(shape);
        write(fed.GetTensorMutableDataAsSpan<T>());
        using IDisposableReadOnlyCollection<OrtValue> results =
            Explain(() => _session.Run(_options, [input], [fed], outputs));
        return [.. results.Select(result => result.GetTensorDataAsSpan<float>().ToArray())];
    }

    /// <summary>
    /// Values in memory of the runtime's own, which is aligned: where it sums up depends on that, and so do the last
    /// bits of what it gives. An array of .NET's lies now so, now otherwise.
    /// </summary>
    /// <param name="values">All values, row by row.</param>
    /// <param name="shape">Their shape.</param>
    public static OrtValue Copy<T>(ReadOnlySpan<T> values, long[] shape)
        where T : unmanaged
    {
        OrtValue copy = Allocate<T>(shape);
        values.CopyTo(copy.GetTensorMutableDataAsSpan<T>());
        return copy;
    }

    /// <summary>Computes one output of several inputs.</summary>
    /// <param name="inputs">By name; they stay the caller's.</param>
    /// <param name="output">What to read.</param>
    /// <returns>Its values, flattened.</returns>
    /// <exception cref="PromptKDException">The runtime refuses them, or has not the memory.</exception>
    public float[] Run(IReadOnlyDictionary<string, OrtValue> inputs, string output)
    {
        using IDisposableReadOnlyCollection<OrtValue> results =
            Explain(() => _session.Run(_options, [.. inputs.Keys], [.. inputs.Values], [output]));
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    private static OrtValue Allocate<T>(long[] shape)
        where T : unmanaged
    {
        TensorElementType type = typeof(T) == typeof(float) ? TensorElementType.Float
            : typeof(T) == typeof(long) ? TensorElementType.Int64
            : TensorElementType.UInt8;
        return OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
    }

    private T Explain<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (OnnxRuntimeException error)
        {
            throw new PromptKDException($"{_name}: ONNX Runtime cannot compute it: {ReasonOf(error)}.", error);
        }
    }

    private static OnnxSession Open(
        string name, long bytes, Action<SessionOptions>? configure, Func<SessionOptions, InferenceSession> open)
    {
        try
        {
            // What it warns of is how it computes, and goes to the program's error output.
            using var options = new SessionOptions
            {
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                IntraOpNumThreads = ThreadsFor(bytes),
            };
            options.AddSessionConfigEntry(BlockKey, BlockBase);
            options.AddSessionConfigEntry(WholeNumbersKey, Exact);
            configure?.Invoke(options);
            return new OnnxSession(open(options), name);
        }
        catch (OnnxRuntimeException error)
        {
            throw new PromptKDException(
                s_noModel.Any(said => error.Message.Contains(said, StringComparison.Ordinal))
                    ? $"{name}: not an ONNX file, or a damaged one: ONNX Runtime finds no model in it."
                    : $"{name}: ONNX Runtime cannot load it: {ReasonOf(error)}.",
                error);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException
            || error.InnerException is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new PromptKDException(
                "There is no native ONNX Runtime here. Add the package Microsoft.ML.OnnxRuntime, or its like for a "
                + "GPU, to the program.",
                error)
            {
                Code = PromptKDError.NotSupported,
            };
        }
    }
}
