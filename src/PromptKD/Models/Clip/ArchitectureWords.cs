using System.Text.Json.Serialization;
using PromptKD.Runtime;

namespace PromptKD.Models.Clip;

/// <summary>The enumerations of <see cref="ClipArchitecture"/>, for whoever writes one as JSON.</summary>
internal static class ArchitectureWords
{
    /// <summary>A converter for each.</summary>
    public static JsonConverter[] All =>
        [new Words<ClipActivation>(), new Words<TokenPooling>(), new Words<PositionResampling>()];
}
