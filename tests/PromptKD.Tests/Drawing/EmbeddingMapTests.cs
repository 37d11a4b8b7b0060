using System.Xml.Linq;
using PromptKD.Drawing;
using SkiaSharp;

namespace PromptKD.Tests.Drawing;

public sealed class EmbeddingMapTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Map => Path.Combine(_folder, "map");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Names_models_and_classes_and_has_a_mark_a_picture_and_model()
    {
        Write([0, 0, 2, 2], ["cat", "never seen", "<dog>"]);

        string[] texts = Texts();
        Assert.Contains("student", texts);
        Assert.Contains("teacher", texts);
        Assert.Contains("cat", texts);
        Assert.Contains("<dog>", texts);
        Assert.DoesNotContain("never seen", texts);

        // Two classes: circles of two colours; 2 models × 4 pictures, and a mark a class in the legend.
        Assert.Equal(10, Elements("circle", "ellipse").Count());
    }

    [Fact]
    public void Classes_behind_the_twelfth_have_another_shape_and_those_behind_the_60th_are_counted()
    {
        int?[] labels = [.. Enumerable.Range(0, 63).Select(label => (int?)label)];

        Write(labels, [.. labels.Select(label => $"class {label}")]);

        Assert.Contains("class 59", Texts());
        Assert.DoesNotContain("class 60", Texts());
        Assert.Contains("and 3 more classes, whose colours and shapes come again", Texts());
        Assert.NotEmpty(Elements("path", "polygon"));
    }

    [Fact]
    public void Pictures_without_labels_have_one_colour_and_no_legend()
    {
        Write([null, null, null], []);

        Assert.Equal(6, Elements("circle", "ellipse").Count());
        Assert.Single(Elements("circle", "ellipse").Select(mark => mark.Attribute("fill")!.Value).Distinct());
    }

    [Fact]
    public void The_picture_is_the_drawing_in_pixels()
    {
        Write([0, 1], ["cat", "dog"]);

        using var picture = SKBitmap.Decode($"{Map}.png");
        XElement root = XDocument.Load($"{Map}.svg").Root!;
        Assert.Equal(root.Attribute("width")!.Value, $"{picture.Width}");
        Assert.Equal(root.Attribute("height")!.Value, $"{picture.Height}");
        Assert.True(picture.Pixels.Distinct().Count() > 10);
    }

    private void Write(int?[] labels, string[] names)
    {
        (double, double)[] points = [.. labels.Select((_, place) => ((double)place, place * place / 3.0))];
        EmbeddingMap.Write(
            Map, "title", "explanation", [new("student", "how", points), new("teacher", "how", points)], labels, names);
    }

    private string[] Texts() => [.. Elements("text").Select(text => text.Value.Trim())];

    private IEnumerable<XElement> Elements(params string[] names) =>
        XDocument.Load($"{Map}.svg").Descendants().Where(element => names.Contains(element.Name.LocalName));
}
