using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace PromptKD.Models.Weights.Pickle;

/// <summary>The whole list of Python callables that a checkpoint may use, and what they make here.</summary>
internal static class PickleGlobals
{
    // Their instances hold no weights: they stay inert, with the arguments they were called with.
    private static readonly HashSet<string> s_inert =
    [
        "datetime.date",
        "datetime.datetime",
        "datetime.timedelta",
        "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray._reconstruct",
        "numpy.dtype",
        "pathlib.PosixPath",
        "pathlib.PurePosixPath",
        "pathlib.WindowsPath",
        "torch.serialization._get_layout",
    ];

    private static readonly HashSet<string> s_codeModules =
    [
        "__builtin__", "builtins", "ctypes", "importlib", "nt", "os", "posix", "pty", "runpy", "shutil", "socket",
        "subprocess", "sys",
    ];

    /// <summary>Whether even an instance of this "class" can only be meant to run something.</summary>
    public static bool RunsCode(PickleGlobal global) => s_codeModules.Contains(global.Module.Split('.')[0]);

    /// <returns>False where the callable is not on the list; nothing has happened then.</returns>
    /// <exception cref="InvalidDataException">It is on the list, but these arguments make no sense.</exception>
    public static bool TryCall(PickleGlobal callable, object?[] arguments, out object? value)
    {
        string name = callable.ToString();
        switch (name)
        {
            case "torch._utils._rebuild_tensor":
            case "torch._utils._rebuild_tensor_v2":
                value = RebuildTensor(arguments);
                return true;
            case "torch._utils._rebuild_parameter":
            case "torch._utils._rebuild_parameter_with_state":
                value = Argument<StoredTensor>(arguments, 0);
                return true;
            case "torch.device":
                value = Argument<string>(arguments, 0);
                return true;
            case "copy_reg._reconstructor":
            case "copyreg._reconstructor":
                value = new PickleObject(Argument<PickleGlobal>(arguments, 0), arguments[1..]);
                return true;
            case "_codecs.encode":
                value = EncodeNumber(Argument<string>(arguments, 0));
                return true;
            case "numpy.core.multiarray.scalar":
            case "numpy._core.multiarray.scalar":
                value = NumpyScalar(Argument<PickleObject>(arguments, 0), Argument<byte[]>(arguments, 1));
                return true;
            default:
                return TryMakeContainer(callable, arguments, out value);
        }
    }

    private static bool TryMakeContainer(PickleGlobal callable, object?[] arguments, out object? value)
    {
        string name = callable.ToString();
        switch (name)
        {
            case "collections.OrderedDict":
            case "collections.Counter":
            case "__builtin__.dict":
            case "builtins.dict":
                value = MakeDictionary(arguments.ElementAtOrDefault(0));
                return true;
            case "collections.defaultdict":
                value = MakeDictionary(arguments.ElementAtOrDefault(1));
                return true;
            case "torch.Size":
            case "__builtin__.tuple":
            case "builtins.tuple":
            case "__builtin__.list":
            case "builtins.list":
            case "__builtin__.set":
            case "builtins.set":
            case "__builtin__.frozenset":
            case "builtins.frozenset":
            case "torch.jit._pickle.build_intlist":
            case "torch.jit._pickle.build_boollist":
            case "torch.jit._pickle.build_doublelist":
            case "torch.jit._pickle.build_tensorlist":
                value = Sequence(arguments.ElementAtOrDefault(0));
                return true;
            case "torch.jit._pickle.restore_type_tag":
                value = arguments.ElementAtOrDefault(0);
                return true;
            default:
                value = s_inert.Contains(name) ? new PickleObject(callable, arguments) : null;
                return value is not null;
        }
    }

    private static StoredTensor RebuildTensor(object?[] arguments) => new(
        Argument<PickledStorage>(arguments, 0),
        arguments.ElementAtOrDefault(1) is long offset
            ? offset
            : throw new InvalidDataException("a tensor without offset."),
        Integers(arguments.ElementAtOrDefault(2)),
        Integers(arguments.ElementAtOrDefault(3)));

    // Nothing below copies what it is given: a short pickle could ask for a million copies of something large.
    private static PickleDictionary MakeDictionary(object? entries) =>
        entries is null
            ? []
            : entries as PickleDictionary ?? throw new InvalidDataException("a dictionary made of something else.");

    // The bytes of numpy's numbers; longer ones (states of random generators) stay the text that they came as.
    private static object EncodeNumber(string text) => text.Length <= 16 ? Encoding.Latin1.GetBytes(text) : text;

    private static object NumpyScalar(PickleObject type, byte[] bytes)
    {
        string code = type.Arguments.ElementAtOrDefault(0) as string ?? "";
        return (code, bytes.Length) switch
        {
            ("f8", 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            ("f4", 4) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
            ("f2", 2) => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
            ("b1", 1) => bytes[0] != 0,
            ("i1" or "i2" or "i4" or "i8", <= 8) => (long)new BigInteger(bytes),
            ("u1" or "u2" or "u4", <= 4) => (long)new BigInteger(bytes, isUnsigned: true),
            _ => throw new InvalidDataException($"a numpy number of type '{code}' and {bytes.Length} bytes."),
        };
    }

    private static T Argument<T>(object?[] arguments, int index)
        where T : class => arguments.ElementAtOrDefault(index) as T
        ?? throw new InvalidDataException($"a call whose argument {index} is not a {typeof(T).Name}.");

    private static long[] Integers(object? value)
    {
        IReadOnlyList<object?> items = Sequence(value);
        return items.Count <= StoredTensor.MaxDimensions && items.All(item => item is long)
            ? [.. items.Cast<long>()]
            : throw new InvalidDataException("a tensor whose sizes are not a few integers.");
    }

    private static IReadOnlyList<object?> Sequence(object? value) => value switch
    {
        null => Array.Empty<object?>(),
        object?[] tuple => tuple,
        List<object?> list => list,
        _ => throw new InvalidDataException($"a {value.GetType().Name} where a sequence belongs."),
    };
}
