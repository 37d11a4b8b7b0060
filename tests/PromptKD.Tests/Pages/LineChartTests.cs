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

        Assert.Equal(
            labels.Split(' '),
            figure.Descendants("text").Where(text => text.Attribute("text-anchor")!.Value == "end").Select(text => text.Value));
    }
}
