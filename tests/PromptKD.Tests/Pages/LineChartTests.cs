using System.Globalization;
using System.Xml.Linq;
using PromptKD.Pages;

namespace PromptKD.Tests.Pages;

public sealed class LineChartTests
{
    [Theory]
    [InlineData(31.5, "0 10 20 30 40")]
    [InlineData(8, "0 2 4 6 8")]
    [InlineData(0.9, "0 0.25 0.5 0.75 1")]
    [InlineData(450, "0 200 400 600 800")]
    public void The_scale_has_steps_that_people_count_in(double highest, string labels)
    {
        var chart = new LineChart("Loss", "epoch", [new("loss", "model", [(1, highest), (2, highest / 2)])]);

        var figure = XElement.Parse(chart.ToHtml());

        Assert.Equal(labels.Split(' '), Scale(figure));
    }

    [Theory]
    [InlineData(23.91, 76.22, "20 40 60 80 100")]
    [InlineData(74.15, 87.05, "70 75 80 85 90")]
    [InlineData(76.22, 76.66, "76 76.25 76.5 76.75 77")]
    [InlineData(51, 100, "20 40 60 80 100")]
    [InlineData(75, 75, "75 75.25 75.5 75.75 76")]
    public void Percent_near_the_least_stand_on_whole_steps_and_never_above_100(
        double least, double highest, string labels)
    {
        var chart = new LineChart("HM", "epochs", [new("ours", "model", [(0, least), (1, highest)])])
        {
            BeginsAtLeast = true,
        };

        Assert.Equal(labels.Split(' '), Scale(XElement.Parse(chart.ToHtml())));
    }

    [Fact]
    public void Places_have_a_band_each_so_that_no_name_is_cut_or_runs_into_the_scale()
    {
        var chart = new LineChart(
            "HM", "teacher", [new("ours", "model", [(0, 72), (1, 74), (2, 76)]), new("paper", "reference", [(2, 76)])])
        {
            Places = ["ViT-B/32", "ViT-B/16", "ViT-L/14"],
            ValueTitle = "HM, percent",
            BeginsAtLeast = true,
        };

        var figure = XElement.Parse(chart.ToHtml());

        // Of 360 units' width; a letter has at most 8.
        double[] middles =
        [
            .. figure.Descendants("text").Where(text => chart.Places.Contains(text.Value))
                .Select(text => double.Parse(text.Attribute("x")!.Value, CultureInfo.InvariantCulture)),
        ];
        Assert.Equal(3, middles.Length);
        Assert.All(middles, x => Assert.InRange(x, 46 + 32, 360 - 32));
        Assert.Contains(figure.Descendants("text"), text => text.Value == "HM, percent");

        // A line of one point is seen by its point alone.
        Assert.Single(figure.Descendants("circle"), dot => dot.Attribute("class")!.Value == "fill-reference");
    }

    private static IEnumerable<string> Scale(XElement figure) => figure.Descendants("text")
        .Where(text => text.Attribute("text-anchor")!.Value == "end")
        .Select(text => text.Value);
}
