using PromptKD.Runtime;
using SkiaSharp;

namespace PromptKD.Drawing;

/// <summary>
/// A white page to draw on. Its letters are of a font that the assembly contains: minimal Linux systems have none, and
/// Skia then draws no letters at all. Lengths are pixels.
/// </summary>
internal sealed class ChartCanvas : IDisposable
{
    public static readonly SKColor Ink = new(0x1F, 0x29, 0x33);
    public static readonly SKColor Muted = new(0x6B, 0x72, 0x80);
    public static readonly SKColor Grid = new(0xE5, 0xE7, 0xEB);
    public static readonly SKColor Accent = new(0x25, 0x63, 0xEB);
    public static readonly SKColor Right = new(0x15, 0x80, 0x3D);
    public static readonly SKColor Wrong = new(0xC2, 0x41, 0x0C);

    /// <summary>Shapes that a mark may have: circle, square, triangle, diamond, triangle on its tip.</summary>
    public const int MarkShapes = 5;

    private static readonly SKTypeface s_typeface = LoadTypeface();

    private readonly SKBitmap? _page;
    private readonly SKCanvas _canvas;

    public ChartCanvas(float width, float height)
    {
        _page = new SKBitmap((int)MathF.Ceiling(width), (int)MathF.Ceiling(height));
        _canvas = new SKCanvas(_page);
        _canvas.Clear(SKColors.White);
    }

    private ChartCanvas(SKCanvas canvas) => _canvas = canvas;

    /// <summary>Draws a page into an SVG file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Of the page.</param>
    /// <param name="height">Of the page.</param>
    /// <param name="draw">Draws on it; <see cref="Save"/> is none of its business.</param>
    /// <exception cref="PromptKDException">The file cannot be written.</exception>
    public static void WriteSvg(string path, float width, float height, Action<ChartCanvas> draw)
    {
        using var text = new MemoryStream();
        using (var canvas = new ChartCanvas(SKSvgCanvas.Create(SKRect.Create(width, height), text)))
        {
            canvas.Fill(0, 0, width, height, SKColors.White);
            draw(canvas);
        }

        WholeFile.Write(path, text.WriteTo);
    }

    /// <summary>Writes one line of text.</summary>
    /// <param name="text">What to write.</param>
    /// <param name="x">Its left end, middle or right end, as <paramref name="align"/> says.</param>
    /// <param name="baseline">Where the letters stand.</param>
    /// <param name="size">Height of the letters.</param>
    /// <param name="color">Of the letters.</param>
    /// <param name="align">What <paramref name="x"/> means.</param>
    public void Text(
        string text, float x, float baseline, float size, SKColor color, SKTextAlign align = SKTextAlign.Left)
    {
        using var font = new SKFont(s_typeface, size) { Edging = SKFontEdging.Antialias, Subpixel = true };
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        _canvas.DrawText(text, x, baseline, align, font, paint);
    }

    /// <summary>Writes one line of text that reads upwards.</summary>
    /// <param name="text">What to write.</param>
    /// <param name="baseline">Where the letters stand, from the left.</param>
    /// <param name="bottom">Where it begins, from the top.</param>
    /// <param name="size">Height of the letters.</param>
    /// <param name="color">Of the letters.</param>
    public void TextUp(string text, float baseline, float bottom, float size, SKColor color)
    {
        _canvas.Save();
        _canvas.RotateDegrees(-90, baseline, bottom);
        Text(text, baseline, bottom, size, color);
        _canvas.Restore();
    }

    /// <summary>A line of text, or its beginning and an ellipsis, so that it is no wider than a length.</summary>
    public static string Fit(string text, float size, float width)
    {
        if (Measure(text, size) <= width)
        {
            return text;
        }

        int length = text.Length;
        while (length > 0 && Measure($"{text.AsSpan(0, length)}…", size) > width)
        {
            length -= length > 1 && char.IsLowSurrogate(text[length - 1]) ? 2 : 1;
        }

        return $"{text.AsSpan(0, length)}…";
    }

    /// <summary>Fills a rectangle.</summary>
    public void Fill(float x, float y, float width, float height, SKColor color)
    {
        using var paint = new SKPaint { Color = color };
        _canvas.DrawRect(x, y, width, height, paint);
    }

    /// <summary>Width of a line of text.</summary>
    public static float Measure(string text, float size)
    {
        using var font = new SKFont(s_typeface, size) { Subpixel = true };
        return font.MeasureText(text);
    }

    /// <summary>Draws a picture into a square; the edges of a small picture's pixels stay sharp.</summary>
    public void Picture(SKBitmap picture, float x, float y, float side)
    {
        SKSamplingOptions sampling = picture.Width < side
            ? new SKSamplingOptions(SKFilterMode.Nearest)
            : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
        float shorter = Math.Min(picture.Width, picture.Height);
        var middle = SKRect.Create(
            (picture.Width - shorter) / 2, (picture.Height - shorter) / 2, shorter, shorter);
        using SKImage image = SKImage.FromBitmap(picture);
        _canvas.DrawImage(image, middle, SKRect.Create(x, y, side, side), sampling);
    }

    /// <summary>Draws a line around a square, outside it.</summary>
    public void Frame(float x, float y, float side, float thickness, SKColor color)
    {
        using SKPaint paint = Pen(color, thickness);
        float outside = thickness / 2;
        _canvas.DrawRect(x - outside, y - outside, side + thickness, side + thickness, paint);
    }

    /// <summary>Draws a straight line.</summary>
    public void Line(SKPoint from, SKPoint to, SKColor color, float thickness = 1, bool dashed = false)
    {
        using SKPaint paint = Pen(color, thickness);
        using SKPathEffect? dashes = dashed ? SKPathEffect.CreateDash([6, 4], 0) : null;
        paint.PathEffect = dashes;
        _canvas.DrawLine(from, to, paint);
    }

    /// <summary>Draws a line through points, with a dot on each.</summary>
    public void Curve(IReadOnlyList<SKPoint> points, SKColor color)
    {
        using SKPaint pen = Pen(color, 2.5f);
        for (int i = 1; i < points.Count; i++)
        {
            _canvas.DrawLine(points[i - 1], points[i], pen);
        }

        using var dot = new SKPaint { Color = color, IsAntialias = true };
        foreach (SKPoint point in points)
        {
            _canvas.DrawCircle(point, 3.5f, dot);
        }
    }

    /// <summary>Draws a mark, of one of <see cref="MarkShapes"/> shapes, around a point.</summary>
    /// <param name="shape">Number of the shape, from 0; it begins again behind the last.</param>
    /// <param name="middle">The point.</param>
    /// <param name="radius">Half of its width.</param>
    /// <param name="color">Of its inside.</param>
    public void Mark(int shape, SKPoint middle, float radius, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        float x = middle.X, y = middle.Y, r = radius;
        SKPoint[] corners = (shape % MarkShapes) switch
        {
            0 => [],
            1 => [new(x - r, y - r), new(x + r, y - r), new(x + r, y + r), new(x - r, y + r)],
            2 => [new(x, y - (1.2f * r)), new(x + (1.2f * r), y + r), new(x - (1.2f * r), y + r)],
            3 => [new(x, y - (1.4f * r)), new(x + (1.4f * r), y), new(x, y + (1.4f * r)), new(x - (1.4f * r), y)],
            _ => [new(x, y + (1.2f * r)), new(x + (1.2f * r), y - r), new(x - (1.2f * r), y - r)],
        };
        if (corners.Length == 0)
        {
            _canvas.DrawCircle(middle, radius, paint);
            return;
        }

        using var outline = new SKPath();
        outline.AddPoly(corners, close: true);
        _canvas.DrawPath(outline, paint);
    }

    /// <summary>Writes the page as a PNG file.</summary>
    /// <exception cref="PromptKDException">The file cannot be written.</exception>
    public void Save(string path)
    {
        _canvas.Flush();
        using SKData data = _page!.Encode(SKEncodedImageFormat.Png, quality: 100);
        WholeFile.Write(path, data.SaveTo);
    }

    public void Dispose()
    {
        _canvas.Dispose();
        _page?.Dispose();
    }

    private static SKPaint Pen(SKColor color, float thickness) => new()
    {
        Color = color,
        StrokeWidth = thickness,
        Style = SKPaintStyle.Stroke,
        StrokeCap = SKStrokeCap.Round,
        IsAntialias = true,
    };

    private static SKTypeface LoadTypeface()
    {
        using Stream file = typeof(ChartCanvas).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        return SKTypeface.FromStream(file);
    }
}
