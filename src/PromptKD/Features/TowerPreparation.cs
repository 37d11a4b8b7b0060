using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Models.Weights;

namespace PromptKD.Features;

/// <summary>How a tower's pictures are prepared: as its folder says, unless INPUT.* says otherwise.</summary>
internal static class TowerPreparation
{
    private static readonly Preprocessing s_clip = new();

    /// <summary>The preparation of a CLIP's pictures.</summary>
    /// <param name="input">
    /// INPUT.INTERPOLATION, .PIXEL_MEAN and .PIXEL_STD, each of which wins where it is another than CLIP's published
    /// one; INPUT.UPRIGHT and .SCALE_16BIT, which win always: all towers of a run see the same pixels.
    /// </param>
    /// <param name="clip">Its size, and what its folder says.</param>
    /// <exception cref="PromptKDException">The folder says what this program cannot do.</exception>
    public static Preprocessing Of(InputConfig input, ClipCheckpoint clip) =>
        Of(input, OwnOf(clip) with { Size = clip.Architecture.ImageSize });

    /// <summary>A preparation of a tower's own, changed by INPUT.*.</summary>
    /// <param name="input">As in the longer form.</param>
    /// <param name="own">What the tower says.</param>
    public static Preprocessing Of(InputConfig input, Preprocessing own)
    {
        InputConfig clip = DistillPreset.Config.Input;
        return own with
        {
            Interpolation = input.Interpolation != clip.Interpolation ? FilterOf(input) : own.Interpolation,
            Mean = input.PixelMean != clip.PixelMean ? ToRgb(input.PixelMean) : own.Mean,
            Std = input.PixelStd != clip.PixelStd ? ToRgb(input.PixelStd) : own.Std,
            Upright = input.Upright,
            Scale16Bit = input.Scale16Bit,
        };
    }

    /// <summary>What a folder says, without its size.</summary>
    /// <param name="source">The model, for messages.</param>
    /// <param name="said">What its folder says.</param>
    /// <exception cref="PromptKDException">This program cannot do it.</exception>
    internal static Preprocessing Of(string source, ClipPreprocessing said) => new()
    {
        Interpolation = said.Interpolation switch
        {
            "bicubic" => Interpolation.Bicubic,
            "bilinear" => Interpolation.Bilinear,
            string other => throw Cannot(source, "the filter", other, "bicubic and bilinear"),
        },
        ResizeMode = said.ResizeMode switch
        {
            "shortest" => ResizeMode.Shortest,
            "squash" => ResizeMode.Squash,
            "longest" => ResizeMode.Longest,
            "border" => ResizeMode.Border,
            string other => throw Cannot(source, "the resize mode", other, "shortest, squash, longest and border"),
        },
        ResizeSize = said.ResizeSize,
        CutsDown = said.CutsDown,
        Mean = ToRgb(said.Mean),
        Std = said.StandardDeviation.All(one => double.IsFinite(one) && one > 0)
            ? ToRgb(said.StandardDeviation)
            : throw CannotDivide(said),
    };

    private static Preprocessing OwnOf(ClipCheckpoint clip) =>
        clip.Preprocessing is { } said ? Of(clip.Description, said) : s_clip;

    private static PromptKDException CannotDivide(ClipPreprocessing said)
    {
        string found = string.Join(
            ", ", said.StandardDeviation.Select(one => one.ToString(CultureInfo.InvariantCulture)));
        return new PromptKDException(
            $"{said.Source}: the standard deviation of the colours is {found}; expected three numbers above 0, by "
            + "which they are divided.");
    }

    private static PromptKDException Cannot(string source, string what, string asked, string known) => new(
        $"{source}: its pictures are to be prepared with {what} '{asked}'; this program knows {known} only.");

    private static Interpolation FilterOf(InputConfig input) =>
        input.Interpolation == "bilinear" ? Interpolation.Bilinear : Interpolation.Bicubic;

    private static Rgb ToRgb(IReadOnlyList<double> values) => new((float)values[0], (float)values[1], (float)values[2]);
}
