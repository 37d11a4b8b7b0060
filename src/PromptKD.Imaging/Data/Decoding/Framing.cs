namespace PromptKD.Data.Decoding;

/// <summary>
/// Which part of a picture the model sees: a box of the picture is resized, a square window of the result is kept,
/// and that may be mirrored.
/// </summary>
/// <param name="Left">Left edge of the box, in source pixels.</param>
/// <param name="Top">Upper edge of the box, in source pixels.</param>
/// <param name="Width">Width of the box, in source pixels.</param>
/// <param name="Height">Height of the box, in source pixels.</param>
/// <param name="ResizedWidth">Width that the box is resized to, in pixels.</param>
/// <param name="ResizedHeight">Height that the box is resized to, in pixels.</param>
/// <param name="WindowLeft">Left edge of the window, in resized pixels.</param>
/// <param name="WindowTop">Upper edge of the window, in resized pixels.</param>
/// <param name="Size">Width and height of the window, in pixels.</param>
/// <param name="Flip">Whether the window is mirrored, left to right.</param>
internal readonly record struct Framing(
    double Left,
    double Top,
    double Width,
    double Height,
    long ResizedWidth,
    long ResizedHeight,
    long WindowLeft,
    long WindowTop,
    int Size,
    bool Flip)
{
    /// <summary>What a model sees of a picture without a view: as its preprocessing says.</summary>
    /// <param name="preprocessing">What the model wants its pictures to be.</param>
    /// <param name="width">Width of the picture, in pixels.</param>
    /// <param name="height">Height of the picture, in pixels.</param>
    public static Framing Of(Preprocessing preprocessing, int width, int height)
    {
        int side = preprocessing.ResizeSize ?? preprocessing.Size;
        (long resizedWidth, long resizedHeight) = preprocessing.ResizeMode switch
        {
            ResizeMode.Shortest => Shortest(width, height, side),
            ResizeMode.Squash => (side, side),
            ResizeMode.Longest or ResizeMode.Border => Longest(width, height, side),
            var other => throw new ArgumentOutOfRangeException(nameof(preprocessing), other, "No such resize mode."),
        };
        int size = preprocessing.Size;
        return new Framing(
            0,
            0,
            width,
            height,
            resizedWidth,
            resizedHeight,
            Middle(resizedWidth, size, preprocessing.CutsDown),
            Middle(resizedHeight, size, preprocessing.CutsDown),
            size,
            Flip: false);
    }

    /// <summary>
    /// CLIP's test transform: the short side becomes <paramref name="size"/>, the long side keeps the aspect, and the
    /// middle is kept.
    /// </summary>
    /// <param name="width">Width of the picture, in pixels.</param>
    /// <param name="height">Height of the picture, in pixels.</param>
    /// <param name="size">Width and height of the result, in pixels.</param>
    public static Framing Centre(int width, int height, int size) =>
        Of(new Preprocessing { Size = size }, width, height);

    /// <summary>A view of the picture, resized without regard to its aspect.</summary>
    /// <param name="view">The box, and whether it is mirrored.</param>
    /// <param name="size">Width and height of the result, in pixels.</param>
    public static Framing Of(View view, int size) =>
        new(view.Left, view.Top, view.Width, view.Height, size, size, 0, 0, size, view.Flip);

    /// <summary>The same part of the same picture decoded at another size.</summary>
    /// <param name="horizontal">Decoded width over stored width.</param>
    /// <param name="vertical">Decoded height over stored height.</param>
    public Framing Scaled(double horizontal, double vertical) =>
        this with
        {
            Left = Left * horizontal,
            Top = Top * vertical,
            Width = Width * horizontal,
            Height = Height * vertical,
        };

    // torchvision's Resize cuts the long side down.
    private static (long Width, long Height) Shortest(int width, int height, int side)
    {
        return width <= height ? (side, Long(height, width)) : (Long(width, height), side);

        long Long(long longSide, long shortSide) => (long)((double)(side * longSide) / shortSide);
    }

    // timm's and open_clip's ResizeKeepRatio rounds, halves to even.
    private static (long Width, long Height) Longest(int width, int height, int side)
    {
        double ratio = Math.Max((double)height / side, (double)width / side);
        return (Rounded(width), Rounded(height));

        long Rounded(int length) => Math.Max(1, (long)Math.Round(length / ratio, MidpointRounding.ToEven));
    }

    // Where the window begins; below 0 where there is less than a window, and something is put around it. torchvision's
    // CenterCrop rounds halves to even (0.14), and puts the smaller part in front.
    private static long Middle(long resized, int size, bool cutsDown) =>
        cutsDown ? (long)Math.Floor((resized - size) / 2.0)
        : resized < size ? -((size - resized) / 2)
        : (long)Math.Round((resized - size) / 2.0, MidpointRounding.ToEven);
}
