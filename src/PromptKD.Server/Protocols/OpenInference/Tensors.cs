namespace PromptKD.Server.Protocols.OpenInference;

/// <summary>The tensors of every model: one of the inputs is given, any of the outputs wanted.</summary>
internal static class Tensors
{
    /// <summary>Pictures as files are: JPEG, PNG and so on.</summary>
    public const string File = "file";

    /// <summary>Decoded pixels of the model's size, 0–255, which the server normalises.</summary>
    public const string Pixels = "pixels";

    /// <summary>Normalised colours of the model's size.</summary>
    public const string Images = "images";

    /// <summary>Probabilities of classes.</summary>
    public const string Probabilities = "probabilities";

    /// <summary>Scores before softmax.</summary>
    public const string Logits = "logits";

    /// <summary>Vectors of length 1.</summary>
    public const string Features = "features";

    /// <summary>Texts and files, each with its length before it.</summary>
    public const string BytesType = "BYTES";

    /// <summary>A byte.</summary>
    public const string ByteType = "UINT8";

    /// <summary>Four bytes, little-endian.</summary>
    public const string FloatType = "FP32";

    /// <summary>In the order of metadata.</summary>
    public static IReadOnlyList<string> Outputs { get; } = [Probabilities, Logits, Features];

    /// <summary>What a model takes.</summary>
    /// <param name="size">Of its pictures, in pixels.</param>
    public static IReadOnlyList<TensorMetadata> Inputs(int size) =>
    [
        new(File, BytesType, [-1]),
        new(Pixels, ByteType, [-1, size, size, 3]),
        new(Images, FloatType, [-1, 3, size, size]),
    ];
}
