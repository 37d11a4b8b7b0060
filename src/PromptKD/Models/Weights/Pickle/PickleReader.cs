using System.Buffers.Binary;

namespace PromptKD.Models.Weights.Pickle;

/// <summary>
/// Reads Python pickles as data. A pickle is a program for a small stack machine; this machine has no way to run
/// Python: classes stay names, instances become inert <see cref="PickleObject"/>s, and calls are refused except for
/// the few harmless constructors in <see cref="PickleGlobals"/>, which are re-made here.
/// </summary>
/// <remarks>
/// Values: null, bool, long, BigInteger, double, string, byte[], object?[] (tuple), List (list and set),
/// <see cref="PickleDictionary"/>, <see cref="PickleGlobal"/>, <see cref="PickleObject"/>, <see cref="StoredTensor"/>.
/// </remarks>
internal sealed class PickleReader
{
    private static readonly PickleGlobal s_rebuildFromType = new("torch._tensor", "_rebuild_from_type_v2");

    private readonly string _source;
    private readonly PickleBudget _budget;
    private readonly PickleInput _input;
    private readonly Func<object?[], object?> _loadPersistent;
    private readonly PickleStack _stack = new();
    private readonly Dictionary<long, object?> _memo = [];

    private PickleReader(string source, Stream stream, Func<object?[], object?> loadPersistent, PickleBudget budget) =>
        (_source, _input, _loadPersistent, _budget) = (source, new PickleInput(stream, budget), loadPersistent, budget);

    /// <summary>Reads one pickle and leaves the stream behind it.</summary>
    /// <param name="source">Path for error messages.</param>
    /// <param name="stream">Positioned at the pickle's first byte; buffered.</param>
    /// <param name="loadPersistent">Resolves references to things kept outside of the pickle: torch's storages.</param>
    /// <param name="kind">What it is expected to be; null for a checkpoint.</param>
    /// <exception cref="PromptKDException">The pickle asks to run code, is cut short or is malformed.</exception>
    public static object? Read(
        string source, Stream stream, Func<object?[], object?> loadPersistent, PickleKind? kind = null)
    {
        kind ??= PickleKind.Checkpoint;
        var reader = new PickleReader(source, stream, loadPersistent, new PickleBudget(kind.Budget));
        try
        {
            return reader.Run();
        }
        catch (Exception error) when (error is InvalidDataException or IOException or OverflowException)
        {
            throw kind.Fault(source, reader._input.Position, error);
        }
    }

    private object? Run()
    {
        while (true)
        {
            var opcode = (PickleOpcode)_input.ReadByte();
            if (opcode == PickleOpcode.Stop)
            {
                return _stack.Pop();
            }

            if (!PushPlainValue(opcode) && !PushText(opcode) && !MakeContainer(opcode) && !UseMemo(opcode)
                && !MakeObject(opcode))
            {
                throw new InvalidDataException($"unknown instruction 0x{(byte)opcode:x2}.");
            }
        }
    }

    private bool PushPlainValue(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol: _input.ReadBytes(1); return true;
            case PickleOpcode.Frame: _input.ReadBytes(8); return true;
            case PickleOpcode.None: return Push(null);
            case PickleOpcode.NewTrue: return Push(true);
            case PickleOpcode.NewFalse: return Push(false);
            case PickleOpcode.BinaryInteger: return Push((long)(int)_input.ReadUInt32());
            case PickleOpcode.BinaryInteger1: return Push((long)_input.ReadByte());
            case PickleOpcode.BinaryInteger2: return Push((long)_input.ReadUInt16());
            case PickleOpcode.BinaryFloat: return Push(BinaryPrimitives.ReadDoubleBigEndian(_input.ReadBytes(8)));
            case PickleOpcode.Long1: return Push(_input.ReadCountedInteger(1));
            case PickleOpcode.Long4: return Push(_input.ReadCountedInteger(4));
            case PickleOpcode.Integer:
            case PickleOpcode.Long: return Push(_input.ReadIntegerLine());
            case PickleOpcode.Float: return Push(_input.ReadFloatLine());
            default: return false;
        }
    }

    private bool PushText(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.String: return Push(_input.ReadLine().Trim('\'', '"'));
            case PickleOpcode.Unicode: return Push(_input.ReadEscapedLine());
            case PickleOpcode.ShortBinaryString:
            case PickleOpcode.ShortBinaryUnicode: return Push(_input.ReadText(1));
            case PickleOpcode.BinaryString:
            case PickleOpcode.BinaryUnicode: return Push(_input.ReadText(4));
            case PickleOpcode.BinaryUnicode8: return Push(_input.ReadText(8));
            case PickleOpcode.ShortBinaryBytes: return Push(_input.ReadCounted(1));
            case PickleOpcode.BinaryBytes: return Push(_input.ReadCounted(4));
            case PickleOpcode.BinaryBytes8:
            case PickleOpcode.ByteArray8: return Push(_input.ReadCounted(8));
            default: return false;
        }
    }

    private bool MakeContainer(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark: _stack.Mark(); return true;
            case PickleOpcode.Pop: _stack.Pop(); return true;
            case PickleOpcode.PopMark: _stack.PopToMark(); return true;
            case PickleOpcode.Duplicate: return PushAgain(_stack.Peek());
            case PickleOpcode.EmptyTuple: return Push(Array.Empty<object?>());
            case PickleOpcode.EmptySet:
            case PickleOpcode.EmptyList: return Push(new List<object?>());
            case PickleOpcode.EmptyDictionary: return Push(new PickleDictionary());
            case PickleOpcode.Tuple: return Push(_stack.PopToMark());
            case PickleOpcode.Tuple1: return Push(_stack.PopMany(1));
            case PickleOpcode.Tuple2: return Push(_stack.PopMany(2));
            case PickleOpcode.Tuple3: return Push(_stack.PopMany(3));
            case PickleOpcode.FrozenSet:
            case PickleOpcode.List: return Push(_stack.PopToMark().ToList());
            case PickleOpcode.Dictionary: return SetItems(_stack.PopToMark(), into: new PickleDictionary(), push: true);
            case PickleOpcode.Append: return Append(_stack.PopMany(1));
            case PickleOpcode.AddItems:
            case PickleOpcode.Appends: return Append(_stack.PopToMark());
            case PickleOpcode.SetItem: return SetItems(_stack.PopMany(2), into: _stack.Peek());
            case PickleOpcode.SetItems:
                object?[] items = _stack.PopToMark();
                return SetItems(items, into: _stack.Peek());
            default: return false;
        }
    }

    private bool UseMemo(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Memoize: return Remember(_memo.Count);
            case PickleOpcode.Put: return Remember(_input.ReadIndexLine());
            case PickleOpcode.BinaryPut: return Remember(_input.ReadByte());
            case PickleOpcode.LongBinaryPut: return Remember(_input.ReadUInt32());
            case PickleOpcode.Get: return Recall(_input.ReadIndexLine());
            case PickleOpcode.BinaryGet: return Recall(_input.ReadByte());
            case PickleOpcode.LongBinaryGet: return Recall(_input.ReadUInt32());
            default: return false;
        }
    }

    private bool MakeObject(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.BinaryPersistentId: return Push(_loadPersistent(_stack.Pop<object?[]>()));
            case PickleOpcode.Global: return Push(new PickleGlobal(_input.ReadLine(), _input.ReadLine()));
            case PickleOpcode.StackGlobal:
                string name = _stack.Pop<string>();
                return Push(new PickleGlobal(_stack.Pop<string>(), name));
            case PickleOpcode.Reduce:
                object?[] arguments = _stack.Pop<object?[]>();
                return Push(Call(_stack.Pop<PickleGlobal>(), arguments));
            case PickleOpcode.Instance:
                var instanceClass = new PickleGlobal(_input.ReadLine(), _input.ReadLine());
                return Push(Call(instanceClass, _stack.PopToMark()));
            case PickleOpcode.Object:
                object?[] parts = _stack.PopToMark();
                return parts is [PickleGlobal first, .. object?[] rest]
                    ? Push(Call(first, rest))
                    : throw PickleStack.Unexpected(parts);
            case PickleOpcode.NewObject:
                object?[] constructorArguments = _stack.Pop<object?[]>();
                return Push(MakeInstance(_stack.Pop<PickleGlobal>(), constructorArguments));
            case PickleOpcode.NewObjectWithKeywords:
                object? keywords = _stack.Pop();
                object?[] positional = _stack.Pop<object?[]>();
                _budget.Spend(PickleBudget.CostOf(positional));
                return Push(MakeInstance(_stack.Pop<PickleGlobal>(), [.. positional, keywords]));
            case PickleOpcode.Build:
                object? state = _stack.Pop();
                return SetState(state);
            default: return false;
        }
    }

    private object? Call(PickleGlobal callable, object?[] arguments)
    {
        // Tensors of a subclass are rebuilt by a call of a call: (function, class, its arguments, attributes).
        _budget.Spend(PickleBudget.CostOf(callable) + PickleBudget.CostOf(arguments));
        if (callable == s_rebuildFromType && arguments is [PickleGlobal inner, _, object?[] innerArguments, ..])
        {
            (callable, arguments) = (inner, innerArguments);
        }

        return PickleGlobals.TryCall(callable, arguments, out object? value) ? value : throw Refusal(callable);
    }

    private object? MakeInstance(PickleGlobal pythonClass, object?[] arguments)
    {
        _budget.Spend(PickleBudget.CostOf(pythonClass) + PickleBudget.CostOf(arguments));
        if (PickleGlobals.TryCall(pythonClass, arguments, out object? value))
        {
            return value;
        }

        return PickleGlobals.RunsCode(pythonClass)
            ? throw Refusal(pythonClass)
            : new PickleObject(pythonClass, arguments);
    }

    private PromptKDException Refusal(PickleGlobal callable) => new(
        $"{_source}: the pickle asks to run {Shorten(callable.ToString())}; refused, nothing was executed. "
        + "A checkpoint needs no such call: do not load this file with other programs unless you trust its author.");

    // Attributes of dictionaries and tensors (torch's "_metadata") carry no weights: they are dropped.
    private bool SetState(object? state)
    {
        if (_stack.Peek() is PickleObject instance)
        {
            instance.State = state;
        }

        return true;
    }

    private bool Append(object?[] items)
    {
        List<object?> list = _stack.Peek() switch
        {
            List<object?> plain => plain,
            PickleObject instance => instance.Items,
            var other => throw PickleStack.Unexpected(other),
        };
        list.AddRange(items);
        return true;
    }

    private bool SetItems(object?[] items, object? into, bool push = false)
    {
        PickleDictionary dictionary = into switch
        {
            PickleDictionary plain => plain,
            PickleObject instance => instance.Entries,
            _ => throw PickleStack.Unexpected(into),
        };
        if (items.Length % 2 != 0)
        {
            throw new InvalidDataException("a dictionary key without a value.");
        }

        for (int i = 0; i < items.Length; i += 2)
        {
            _budget.Spend(PickleBudget.Object + PickleBudget.CostOf(items[i]));
            dictionary.Set(items[i], items[i + 1]);
        }

        return !push || Push(dictionary);
    }

    private bool Push(object? value)
    {
        _budget.Spend(PickleBudget.CostOfNew(value));
        _stack.Push(value);
        return true;
    }

    private bool Remember(long index)
    {
        // Python counts up from 0.
        if (index < 0 || index > _input.Position)
        {
            throw new InvalidDataException($"a value is to be stored under {index}.");
        }

        _budget.Spend(4 * PickleBudget.Reference);
        _memo[index] = _stack.Peek();
        return true;
    }

    private bool Recall(long index)
    {
        if (!_memo.TryGetValue(index, out object? value))
        {
            throw new InvalidDataException($"nothing was stored under {index}.");
        }

        return PushAgain(value);
    }

    private bool PushAgain(object? value)
    {
        _budget.Spend(PickleBudget.Reference);
        _stack.Push(value);
        return true;
    }

    private static string Shorten(string name) => name.Length <= 100 ? name : name[..100] + "…";
}
