using System.Buffers.Binary;
using System.Text.Json;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>
/// The safetensors format: an 8-byte little-endian header length, a JSON header (name, element type, shape, byte
/// range), then the raw little-endian values.
/// </summary>
internal static class SafetensorsFile
{
    private const string MetadataName = "__metadata__";

    // About 30,000 tensors, of which a CLIP has some hundred. Read as JSON, a header can take twelve times its size.
    private const int MaxHeaderBytes = 4 << 20;

    /// <summary>Reads every tensor, in its stored element type, on the CPU.</summary>
    /// <exception cref="PromptKDException">The file is missing, truncated or not safetensors.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new PromptKDException($"No file at '{path}'.");
        }

        using FileStream stream = RegularFile.Explain(path, file => RegularFile.Open(file));
        return ReadEntries(path, stream).ToDictionary(entry => entry.Key, entry => entry.Value.Read());
    }

    /// <summary>Reads the header only; each tensor can be read for as long as the stream is open.</summary>
    /// <exception cref="PromptKDException">As <see cref="Read"/>.</exception>
    public static Dictionary<string, TensorEntry> ReadEntries(string path, FileStream stream)
    {
        using JsonDocument header = ReadHeader(path, stream);
        long dataStart = stream.Position;
        var layout = new SafetensorsLayout();
        var entries = new Dictionary<string, TensorEntry>();
        foreach (JsonProperty entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name != MetadataName)
            {
                entries[entry.Name] = ReadEntry(path, stream, dataStart, entry.Name, entry.Value, layout);
            }
        }

        layout.RequireFull(path, stream.Length - dataStart);
        return entries;
    }

    /// <summary>Reads only the free-form strings of the header.</summary>
    /// <exception cref="PromptKDException">As <see cref="Read"/>.</exception>
    public static Dictionary<string, string> ReadMetadata(string path)
    {
        using FileStream stream = RegularFile.Explain(path, file => RegularFile.Open(file));
        using JsonDocument header = ReadHeader(path, stream);
        try
        {
            return header.RootElement.TryGetProperty(MetadataName, out JsonElement metadata)
                ? metadata.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? "")
                : [];
        }
        catch (InvalidOperationException error)
        {
            throw new PromptKDException($"{path}: '{MetadataName}' does not hold texts ({error.Message})", error);
        }
    }

    /// <summary>Writes the tensors in the given order, so that equal tensors give equal bytes.</summary>
    /// <exception cref="PromptKDException">The file cannot be written; an older one is kept.</exception>
    public static void Write(
        string path,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null) =>
        WholeFile.Write(path, stream => WriteTo(stream, tensors, metadata));

    private static JsonDocument ReadHeader(string path, FileStream stream)
    {
        Span<byte> lengthBytes = stackalloc byte[8];
        if (stream.ReadAtLeast(lengthBytes, 8, throwOnEndOfStream: false) < 8)
        {
            throw new PromptKDException($"{path}: {stream.Length} bytes are too few for a safetensors file.");
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(lengthBytes);
        if (length < 2 || length > stream.Length - 8)
        {
            throw new PromptKDException(
                $"{path}: not a safetensors file, or cut short (header of {length} bytes, file of {stream.Length}).");
        }

        if (length > MaxHeaderBytes)
        {
            throw new PromptKDException($"{path}: its header has {length} bytes, at most {MaxHeaderBytes} are read.");
        }

        byte[] header = new byte[length];
        stream.ReadExactly(header);
        try
        {
            JsonDocument document = JsonText.Parse(header);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new PromptKDException($"{path}: the safetensors header is not a JSON object.");
        }
        catch (JsonException error)
        {
            throw new PromptKDException($"{path}: the safetensors header cannot be read ({error.Message})", error);
        }
    }

    private static TensorEntry ReadEntry(
        string path,
        FileStream stream,
        long dataStart,
        string name,
        JsonElement description,
        SafetensorsLayout layout)
    {
        try
        {
            string typeName = description.GetProperty("dtype").GetString()
                ?? throw new InvalidDataException("no element type");
            long[] shape = [.. description.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())];
            JsonElement offsets = description.GetProperty("data_offsets");
            long begin = offsets[0].GetInt64();
            long end = offsets[1].GetInt64();
            ScalarType type = ElementTypes.FromSafetensors(typeName);
            long expected = TensorSize.CountElements(shape, type) * type.ElementSize();
            if (begin < 0 || end < begin || end - begin != expected || end > stream.Length - dataStart
                || offsets.GetArrayLength() != 2)
            {
                throw new PromptKDException(
                    $"{path}: '{name}' of shape {ShapeText.Of(shape)} needs {expected} bytes at {begin}, "
                    + $"but the file says {begin}–{end} and ends at {stream.Length - dataStart}. Is it cut short?");
            }

            layout.Add(name, begin, end);
            return new TensorEntry(shape, type, () => ReadTensor(path, stream, dataStart + begin, shape, type));
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException
            or IndexOutOfRangeException or FormatException or InvalidDataException or NotSupportedException)
        {
            throw new PromptKDException(
                $"{path}: the entry '{name}' is malformed ({Describe(error).TrimEnd('.')})", error);
        }
    }

    private static string Describe(Exception error) => error switch
    {
        KeyNotFoundException => "it needs dtype, shape and data_offsets",
        IndexOutOfRangeException => "its data_offsets are not two numbers",
        FormatException => "a size or an offset is no whole number",
        _ => error.Message,
    };

    private static Tensor ReadTensor(string path, FileStream stream, long position, long[] shape, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = empty([shape.Aggregate(1L, (product, size) => product * size)], type, device: CPU);
        try
        {
            stream.Position = position;
            TensorBytes.Fill(stream, flat);
        }
        catch (IOException error)
        {
            throw new PromptKDException($"{path}: cannot be read: {error.Message}", error);
        }

        return flat.reshape(shape).MoveToOuterDisposeScope();
    }

    /// <summary>Writes the file into an open stream, from its start.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">In this order.</param>
    /// <param name="metadata">The header's free-form strings, in this order; they stand before everything else.</param>
    public static void WriteTo(
        Stream stream,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long offset = 0;
            foreach ((string name, Tensor tensor) in tensors)
            {
                long bytes = tensor.numel() * tensor.dtype.ElementSize();
                json.WriteStartObject(name);
                json.WriteString("dtype", ElementTypes.ToSafetensors(tensor.dtype));
                WriteNumbers(json, "shape", tensor.shape);
                WriteNumbers(json, "data_offsets", [offset, offset + bytes]);
                json.WriteEndObject();
                offset += bytes;
            }

            json.WriteEndObject();
        }

        // Values start at a multiple of 8 bytes, as the format recommends; blanks pad the header.
        while (header.Length % 8 != 0)
        {
            header.WriteByte((byte)' ');
        }

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        header.WriteTo(stream);
        foreach ((string _, Tensor tensor) in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor values = tensor.detach().cpu().contiguous();
            if (values.numel() > 0)
            {
                values.WriteBytesToStream(stream, bufferSize: 1 << 20);
            }
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        json.WriteStartObject(MetadataName);
        foreach ((string key, string value) in metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
