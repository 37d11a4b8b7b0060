using System.Text.Json.Serialization;
using PromptKD.Runtime;

namespace PromptKD.Data.Decoding;

/// <summary>The enumerations of <see cref="Preprocessing"/>, for whoever writes one as JSON.</summary>
internal static class PictureWords
{
    /// <summary>A converter for each.</summary>
    public static JsonConverter[] All => [new Words<Interpolation>(), new Words<ResizeMode>()];
}
