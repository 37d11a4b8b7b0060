using System.Buffers;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>From a picture that a program has to the numbers that a model sees. Threads may share it.</summary>
/// <param name="preprocessing">What the model wants its pictures to be.</param>
/// <param name="options">Limits.</param>
internal sealed class InputReader(Preprocessing preprocessing, ClassifierOptions options)
{
    private const int FirstGuess = 1 << 16;

    private readonly PictureReader _reader = new([preprocessing]) { MaxPixels = options.MaxPixels };
    private readonly Preparation _preparation = new(preprocessing);

    /// <summary>Values of a picture: 3 · size · size.</summary>
    public int Values => 3 * preprocessing.Size * preprocessing.Size;

    /// <summary>Reads, decodes and prepares a picture.</summary>
    /// <param name="input">The picture.</param>
    /// <param name="target">Receives [3, size, size] normalised floats.</param>
    /// <param name="cancellation">Ends the reading of a stream.</param>
    /// <exception cref="PromptKDException">
    /// It cannot be read, is no picture, damaged, beyond a limit, or of a kind that no decoder reads here.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Read(PictureInput input, Span<float> target, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (input is PictureInStream streamed)
        {
            Prepare(ReadAll(streamed.Take(), cancellation), target, "The picture");
            return;
        }

        PrepareLoaded(input, target);
    }

    /// <summary>As <see cref="Read"/>, where a stream has been read by <see cref="LoadAsync"/>.</summary>
    public void PrepareLoaded(PictureInput input, Span<float> target)
    {
        switch (input)
        {
            case DecodedPicture decoded:
                Prepare(decoded, target);
                break;
            case PictureOnDisk { Path: var path }:
                Prepare(ReadFile(path), target, path);
                break;
            case PictureInMemory { File.Length: var length } when length > options.MaxBytes:
                throw TooLong("The picture");
            case PictureInMemory { File: var file }:
                Prepare(file, target, "The picture");
                break;
            default:
                throw new ArgumentException("The stream has not been read.", nameof(input));
        }
    }

    /// <summary>Reads a stream without holding a thread; leaves other pictures as they are.</summary>
    /// <exception cref="PromptKDException">It has too many bytes, or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async ValueTask<PictureInput> LoadAsync(PictureInput input, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return input is PictureInStream streamed
            ? new PictureInMemory(await ReadAllAsync(streamed.Take(), cancellation).ConfigureAwait(false))
            : input;
    }

    private void Prepare(ReadOnlyMemory<byte> file, Span<float> target, string name)
    {
        PictureKind kind = PictureKinds.Of(file.Span);
        if (kind is PictureKind.Tiff or PictureKind.Heic or PictureKind.Avif && PictureDecoders.Of(kind) is null)
        {
            throw new PromptKDException(
                $"{name}: {PictureKinds.NameOf(kind)} is read by the package {PictureDecoders.PackageName}. Reference "
                + "it and call ExtraDecoders.Register() once.")
            {
                Code = PromptKDError.NotSupported,
            };
        }

        try
        {
            using PictureDecoder decoder = _reader.Open(file.Span);
            _reader.Write(decoder, target);
        }
        catch (InvalidDataException error)
        {
            throw Bad($"{name}: {error.Message.TrimEnd('.')}.", error);
        }
    }

    private void Prepare(DecodedPicture decoded, Span<float> target)
    {
        if (decoded.Pixels > options.MaxPixels)
        {
            throw Bad($"The picture: {decoded.Pixels} pixels are more than the limit of {options.MaxPixels}.");
        }

        try
        {
            using PixelBuffer pixels = decoded.ToBuffer();
            _preparation.Write(pixels, _preparation.Frame(view: null, pixels.Width, pixels.Height), target);
        }
        catch (InvalidDataException error)
        {
            throw Bad($"The picture: {error.Message.TrimEnd('.')}.", error);
        }
    }

    private byte[] ReadFile(string path) => RegularFile.Explain(path, file =>
    {
        using FileStream stream = RegularFile.Open(file, bufferSize: 0);
        if (stream.Length > options.MaxBytes)
        {
            throw TooLong(path);
        }

        byte[] bytes = new byte[stream.Length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    });

    private ReadOnlyMemory<byte> ReadAll(Stream stream, CancellationToken cancellation)
    {
        var bytes = new ArrayBufferWriter<byte>(FirstGuess);
        try
        {
            for (int read = 1; read > 0; bytes.Advance(read))
            {
                cancellation.ThrowIfCancellationRequested();
                RefuseTooLong(bytes);
                read = stream.Read(bytes.GetSpan(FirstGuess));
            }
        }
        catch (IOException error)
        {
            throw Lost(error);
        }

        return bytes.WrittenMemory;
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAllAsync(Stream stream, CancellationToken cancellation)
    {
        var bytes = new ArrayBufferWriter<byte>(FirstGuess);
        try
        {
            for (int read = 1; read > 0; bytes.Advance(read))
            {
                RefuseTooLong(bytes);
                read = await stream.ReadAsync(bytes.GetMemory(FirstGuess), cancellation).ConfigureAwait(false);
            }
        }
        catch (IOException error)
        {
            throw Lost(error);
        }

        return bytes.WrittenMemory;
    }

    private void RefuseTooLong(ArrayBufferWriter<byte> bytes)
    {
        if (bytes.WrittenCount > options.MaxBytes)
        {
            throw TooLong("The picture");
        }
    }

    private PromptKDException TooLong(string name) =>
        Bad($"{name}: has more bytes than the limit of {options.MaxBytes}.");

    private static PromptKDException Lost(IOException error) =>
        Bad($"The picture: its stream cannot be read: {error.Message.TrimEnd('.')}.", error);

    private static PromptKDException Bad(string message, Exception? error = null) =>
        new(message, error) { Code = PromptKDError.BadPicture };
}
