namespace PromptKD.Data.Decoding;

/// <summary>What the bytes of a file may and shall become.</summary>
internal sealed record DecodingRules
{
    /// <summary>
    /// Most pixels a picture may have: a small file may claim a huge picture. This is where Pillow raises
    /// <c>DecompressionBombError</c>: twice the pixels of a quarter gibibyte of 24-bit colour.
    /// </summary>
    public const long DefaultMaxPixels = 2L * (1 << 30) / 4 / 3;

    /// <summary>A picture as people see it, for what looks at it beside any model.</summary>
    public static DecodingRules ForPeople { get; } = new() { Upright = true, ScaleGrey16 = true };

    /// <summary>Most pixels (width × height) to accept.</summary>
    public long MaxPixels { get; init; } = DefaultMaxPixels;

    /// <summary>Whether the picture is turned as its EXIF orientation says.</summary>
    public bool Upright { get; init; }

    /// <summary>Whether 16-bit grey is scaled to 8 bits; else it is clipped at 255, as Pillow does it.</summary>
    public bool ScaleGrey16 { get; init; }
}
