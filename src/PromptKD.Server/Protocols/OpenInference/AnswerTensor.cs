using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace PromptKD.Server.Protocols.OpenInference;

/// <summary>A tensor of two axes that is answered.</summary>
/// <param name="Name">Which.</param>
/// <param name="Datatype">Of its elements.</param>
/// <param name="Rows">One a picture.</param>
/// <param name="Columns">Elements of each.</param>
internal abstract record AnswerTensor(string Name, string Datatype, int Rows, int Columns)
{
    /// <summary>Writes its elements as JSON, row by row.</summary>
    public abstract void WriteElements(Utf8JsonWriter writer);

    /// <summary>Writes its elements as the binary extension has them.</summary>
    public abstract void WriteBytes(IBufferWriter<byte> bytes);
}

/// <summary>A tensor of numbers.</summary>
/// <param name="Name">Which.</param>
/// <param name="Values">[rows][columns].</param>
internal sealed record NumberTensor(string Name, float[][] Values)
    : AnswerTensor(Name, Tensors.FloatType, Values.Length, Values[0].Length)
{
    /// <inheritdoc/>
    public override void WriteElements(Utf8JsonWriter writer)
    {
        foreach (float value in Values.SelectMany(row => row))
        {
            writer.WriteNumberValue(value);
        }
    }

    /// <inheritdoc/>
    public override void WriteBytes(IBufferWriter<byte> bytes)
    {
        foreach (float[] row in Values)
        {
            bytes.Write(MemoryMarshal.AsBytes<float>(row));
        }
    }
}

/// <summary>A tensor of texts.</summary>
/// <param name="Name">Which.</param>
/// <param name="Texts">[rows][columns].</param>
internal sealed record TextTensor(string Name, string[][] Texts)
    : AnswerTensor(Name, Tensors.BytesType, Texts.Length, Texts[0].Length)
{
    /// <inheritdoc/>
    public override void WriteElements(Utf8JsonWriter writer)
    {
        foreach (string text in Texts.SelectMany(row => row))
        {
            writer.WriteStringValue(text);
        }
    }

    /// <summary>Each with its length in bytes before it, little-endian.</summary>
    public override void WriteBytes(IBufferWriter<byte> bytes)
    {
        foreach (string text in Texts.SelectMany(row => row))
        {
            byte[] encoded = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(sizeof(int)), encoded.Length);
            bytes.Advance(sizeof(int));
            bytes.Write(encoded);
        }
    }
}
