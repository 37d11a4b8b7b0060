using System.Buffers.Binary;
using System.Text.Json;
using PromptKD.Data.Decoding;
using PromptKD.Inference;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols.OpenInference;

/// <summary>From a given tensor to what the model computes.</summary>
/// <param name="model">Whose sizes count.</param>
/// <param name="mostPictures">Pictures of a request.</param>
internal sealed class InferInputs(ServedModel model, int mostPictures)
{
    private const int Channels = 3;
    private const float Levels = 255;

    private int Size => model.Preprocessing.Size;

    /// <summary>Answers what is given, all of it or nothing.</summary>
    /// <exception cref="Refusal">It is not what the model takes.</exception>
    public async Task<PictureOutput[]> Answer(InferBody body, CancellationToken cancellation)
    {
        (InferInput input, ReadOnlyMemory<byte>? binary) = body.Only();
        TensorMetadata expected = Tensors.Inputs(Size).FirstOrDefault(one => one.Name == input.Name)
            ?? throw Refusal.Bad(
                $"There is no input '{Runtime.Printable.Line(input.Name)}', but {Tensors.File}, {Tensors.Pixels} and "
                + $"{Tensors.Images}.");
        int count = CountOf(input, expected);
        using ServedModel.Places places = model.TakePlaces(count);
        if (input.Name == Tensors.File)
        {
            return await AnswerFiles(InferBody.Files(input, binary), count, cancellation).ConfigureAwait(false);
        }

        float[] values = Values(input, binary, count);
        return await Task.WhenAll(
            Enumerable.Range(0, count).Select(row => model.Answer(Prepare(values, row, input.Name), cancellation)))
            .ConfigureAwait(false);
    }

    private async Task<PictureOutput[]> AnswerFiles(
        IReadOnlyList<ReadOnlyMemory<byte>> files, int count, CancellationToken cancellation)
    {
        if (files.Count != count)
        {
            throw Refusal.Bad($"The shape asks for {count} files, but there are {files.Count}.");
        }

        try
        {
            return await Task.WhenAll(
                files.Select(file => model.Answer(PictureInput.FromBytes(file), count == 1, cancellation)))
                .ConfigureAwait(false);
        }
        catch (PromptKDException error) when (Refusal.Of(error) is { } refusal)
        {
            throw refusal;
        }
    }

    private int CountOf(InferInput input, TensorMetadata expected)
    {
        if (input.Datatype != expected.Datatype)
        {
            throw Refusal.Bad(
                $"'{input.Name}' has the datatype '{Runtime.Printable.Line(input.Datatype)}', expected "
                + $"{expected.Datatype}.");
        }

        IReadOnlyList<long> shape =
            input.Name == Tensors.File && input.Shape is [var files, 1] ? [files] : input.Shape;
        bool fits = shape.Count == expected.Shape.Count
            && shape[0] >= 1
            && shape.Skip(1).SequenceEqual(expected.Shape.Skip(1));
        return !fits
            ? throw Refusal.Bad(
                $"'{input.Name}' has the shape [{string.Join(", ", input.Shape.Take(8))}], expected "
                + $"[{string.Join(", ", expected.Shape)}], at least one.")
            : shape[0] <= mostPictures
                ? (int)shape[0]
                : throw Refusal.TooLarge($"The request has more pictures than the limit of {mostPictures}.");
    }

    private float[] Values(InferInput input, ReadOnlyMemory<byte>? binary, int count)
    {
        float[] values = new float[count * model.Values];
        int width = input.Datatype == Tensors.FloatType ? sizeof(float) : 1;
        if (binary is { } bytes)
        {
            if (bytes.Length != (long)values.Length * width)
            {
                throw Refusal.Bad(
                    $"The shape asks for {(long)values.Length * width} bytes, but there are {bytes.Length}.");
            }

            for (int place = 0; place < values.Length; place++)
            {
                values[place] = width == 1
                    ? bytes.Span[place]
                    : BinaryPrimitives.ReadSingleLittleEndian(bytes.Span[(place * width)..]);
            }
        }
        else
        {
            Fill(values, input);
        }

        return values.All(float.IsFinite) ? values : throw Refusal.Bad("An element of the data is no number.");
    }

    private static void Fill(float[] values, InferInput input)
    {
        int place = 0;
        foreach (JsonElement one in InferBody.Flat(input.Data))
        {
            float value = 0;
            bool isNumber = one.ValueKind == JsonValueKind.Number
                && (input.Datatype == Tensors.ByteType
                    ? one.TryGetByte(out byte level) && (value = level) >= 0
                    : one.TryGetSingle(out value));
            if (!isNumber)
            {
                throw Refusal.Bad($"An element of the data is no {input.Datatype}.");
            }

            if (place == values.Length)
            {
                throw Refusal.Bad($"The shape asks for {values.Length} elements, but there are more.");
            }

            values[place++] = value;
        }

        if (place < values.Length)
        {
            throw Refusal.Bad($"The shape asks for {values.Length} elements, but there are {place}.");
        }
    }

    private PreparedPicture Prepare(float[] values, int row, string name)
    {
        var picture = new PreparedPicture(model.Values);
        ReadOnlySpan<float> source = values.AsSpan(row * model.Values, model.Values);
        if (name == Tensors.Images)
        {
            source.CopyTo(picture.Pixels);
            return picture;
        }

        Rgb mean = model.Preprocessing.Mean, std = model.Preprocessing.Std;
        float[] means = [mean.Red, mean.Green, mean.Blue], deviations = [std.Red, std.Green, std.Blue];
        int plane = Size * Size;
        for (int place = 0; place < source.Length; place++)
        {
            int channel = place % Channels;
            picture.Pixels[(channel * plane) + (place / Channels)] =
                ((source[place] / Levels) - means[channel]) / deviations[channel];
        }

        return picture;
    }
}
