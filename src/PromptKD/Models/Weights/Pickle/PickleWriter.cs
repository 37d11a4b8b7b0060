using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace PromptKD.Models.Weights.Pickle;

/// <summary>
/// Writes the values that <see cref="PickleReader"/> reads as a Python pickle of protocol 2, with instructions that
/// Python, torch's restricted unpickler and TorchScript's own all know.
/// </summary>
/// <remarks>
/// Values: null, bool, int, long, BigInteger, double, string, object?[] (tuple), List, <see cref="PickleDictionary"/>,
/// <see cref="PickleGlobal"/>, <see cref="PickleObject"/>, <see cref="Tensor"/>. An object that appears twice is
/// written twice; tensors share what they hold all the same, as they refer to storages by name.
/// </remarks>
internal sealed class PickleWriter
{
    private const byte ProtocolNumber = 2;

    // Far deeper than checkpoints nest; an object that contains itself would have no end.
    private const int MaxDepth = 64;

    private static readonly PickleGlobal s_orderedDictionary = new("collections", "OrderedDict");
    private static readonly PickleGlobal s_rebuildTensor = new("torch._utils", "_rebuild_tensor_v2");

    private readonly Stream _stream;
    private readonly Func<Tensor, StoredTensor> _store;
    private readonly Dictionary<object, int> _memo = [];
    private int _depth;

    private PickleWriter(Stream stream, Func<Tensor, StoredTensor> store) => (_stream, _store) = (stream, store);

    /// <summary>Writes one pickle.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="root">What to write.</param>
    /// <param name="store">Says where a tensor's values are kept, outside of the pickle.</param>
    /// <exception cref="ArgumentException">A value is of another type, or contains itself.</exception>
    /// <exception cref="NotSupportedException">A tensor's element type is unknown to pickles.</exception>
    public static void Write(Stream stream, object? root, Func<Tensor, StoredTensor> store)
    {
        var writer = new PickleWriter(stream, store);
        writer.Write(PickleOpcode.Protocol, [ProtocolNumber]);
        writer.WriteValue(root);
        writer.Write(PickleOpcode.Stop);
    }

    private void WriteValue(object? value)
    {
        if (++_depth > MaxDepth)
        {
            throw new ArgumentException($"The value is nested more than {MaxDepth} deep. Does it contain itself?");
        }

        switch (value)
        {
            case null: Write(PickleOpcode.None); break;
            case true: Write(PickleOpcode.NewTrue); break;
            case false: Write(PickleOpcode.NewFalse); break;
            case int number: WriteInteger(number); break;
            case long number: WriteInteger(number); break;
            case BigInteger number: WriteLong(number); break;
            case double number: WriteFloat(number); break;
            case string text: WriteOnce(text, () => WriteText(text)); break;
            case PickleGlobal global: WriteOnce(global, () => WriteGlobal(global)); break;
            default: WriteCompound(value); break;
        }

        _depth--;
    }

    private void WriteCompound(object value)
    {
        switch (value)
        {
            case object?[] tuple: WriteTuple(tuple); break;
            case List<object?> list: WriteList(list); break;
            case PickleDictionary dictionary: WriteDictionary(dictionary); break;
            case Tensor tensor: WriteTensor(_store(tensor)); break;
            case PickleObject instance: WriteInstance(instance); break;
            case var _ when value == PickleDictionary.NoneKey: Write(PickleOpcode.None); break;
            default: throw new ArgumentException($"A {value.GetType().Name} cannot be written to a pickle.");
        }
    }

    private void WriteInteger(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        switch (number)
        {
            case >= byte.MinValue and <= byte.MaxValue: Write(PickleOpcode.BinaryInteger1, bytes[..1]); break;
            case >= ushort.MinValue and <= ushort.MaxValue: Write(PickleOpcode.BinaryInteger2, bytes[..2]); break;
            case >= int.MinValue and <= int.MaxValue: Write(PickleOpcode.BinaryInteger, bytes[..4]); break;
            default: WriteLong(number); break;
        }
    }

    private void WriteLong(BigInteger number)
    {
        byte[] bytes = number.ToByteArray();
        Write(PickleOpcode.Long1, [checked((byte)bytes.Length)]);
        _stream.Write(bytes);
    }

    private void WriteFloat(double number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
        Write(PickleOpcode.BinaryFloat, bytes);
    }

    private void WriteText(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Write(PickleOpcode.BinaryUnicode, LittleEndian(bytes.Length));
        _stream.Write(bytes);
    }

    private void WriteGlobal(PickleGlobal global) =>
        Write(PickleOpcode.Global, Encoding.UTF8.GetBytes($"{global.Module}\n{global.Name}\n"));

    private void WriteTuple(object?[] items)
    {
        bool isShort = items.Length is >= 1 and <= 3;
        if (items.Length > 3)
        {
            Write(PickleOpcode.Mark);
        }

        foreach (object? item in items)
        {
            WriteValue(item);
        }

        Write(isShort ? PickleOpcode.Tuple1 + (byte)(items.Length - 1)
            : items.Length == 0 ? PickleOpcode.EmptyTuple
            : PickleOpcode.Tuple);
    }

    private void WriteList(List<object?> items)
    {
        Write(PickleOpcode.EmptyList);
        WriteMarked(items, PickleOpcode.Appends);
    }

    private void WriteDictionary(PickleDictionary dictionary)
    {
        if (dictionary.IsOrdered)
        {
            WriteCall(s_orderedDictionary, []);
        }
        else
        {
            Write(PickleOpcode.EmptyDictionary);
        }

        WriteEntries(dictionary);
    }

    private void WriteInstance(PickleObject instance)
    {
        WriteValue(instance.Class);
        WriteTuple(instance.Arguments);
        Write(PickleOpcode.NewObject);
        WriteMarked(instance.Items, PickleOpcode.Appends);
        WriteEntries(instance.Entries);
        if (instance.State is not null)
        {
            WriteValue(instance.State);
            Write(PickleOpcode.Build);
        }
    }

    // _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks); the storage is a reference
    // to what lies outside of the pickle.
    private void WriteTensor(StoredTensor tensor)
    {
        WriteValue(s_rebuildTensor);
        Write(PickleOpcode.Mark);
        WriteTuple(
            [
                "storage",
                new PickleGlobal("torch", ElementTypes.ToPickle(tensor.Storage.Type)),
                tensor.Storage.Key,
                "cpu",
                tensor.Storage.Count,
            ]);
        Write(PickleOpcode.BinaryPersistentId);
        WriteInteger(tensor.Offset);
        WriteTuple([.. tensor.Shape.Cast<object?>()]);
        WriteTuple([.. tensor.Strides.Cast<object?>()]);
        Write(PickleOpcode.NewFalse);
        WriteCall(s_orderedDictionary, []);
        Write(PickleOpcode.Tuple);
        Write(PickleOpcode.Reduce);
    }

    private void WriteCall(PickleGlobal callable, object?[] arguments)
    {
        WriteValue(callable);
        WriteTuple(arguments);
        Write(PickleOpcode.Reduce);
    }

    private void WriteEntries(PickleDictionary entries) =>
        WriteMarked([.. entries.SelectMany(entry => new[] { entry.Key, entry.Value })], PickleOpcode.SetItems);

    private void WriteMarked(List<object?> values, PickleOpcode gather)
    {
        if (values.Count == 0)
        {
            return;
        }

        Write(PickleOpcode.Mark);
        foreach (object? value in values)
        {
            WriteValue(value);
        }

        Write(gather);
    }

    /// <summary>Writes a value the first time and remembers it; later, only recalls it.</summary>
    private void WriteOnce(object value, Action write)
    {
        if (_memo.TryGetValue(value, out int index))
        {
            WriteMemo(PickleOpcode.BinaryGet, PickleOpcode.LongBinaryGet, index);
            return;
        }

        write();
        index = _memo.Count;
        _memo[value] = index;
        WriteMemo(PickleOpcode.BinaryPut, PickleOpcode.LongBinaryPut, index);
    }

    private void WriteMemo(PickleOpcode near, PickleOpcode far, int index)
    {
        bool isNear = index <= byte.MaxValue;
        Write(isNear ? near : far, isNear ? [(byte)index] : LittleEndian(index));
    }

    private void Write(PickleOpcode opcode, ReadOnlySpan<byte> argument = default)
    {
        _stream.WriteByte((byte)opcode);
        _stream.Write(argument);
    }

    private static byte[] LittleEndian(int number)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }
}
