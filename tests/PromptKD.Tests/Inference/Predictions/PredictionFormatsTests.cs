using PromptKD.Inference.Predictions;

namespace PromptKD.Tests.Inference.Predictions;

public sealed class PredictionFormatsTests
{
    [Theory]
    [InlineData("a.tsv", PredictionFormat.Tsv)]
    [InlineData("a.CSV", PredictionFormat.Csv)]
    [InlineData("a.b.json", PredictionFormat.Json)]
    [InlineData("folder.csv/a.jsonl", PredictionFormat.JsonLines)]
    [InlineData("a.txt", PredictionFormat.Text)]
    public void The_ending_of_a_file_says_which_is_meant(string file, PredictionFormat expected) =>
        Assert.Equal(expected, PredictionFormats.OfFile(file));

    [Theory]
    [InlineData("a")]
    [InlineData("a.text")]
    [InlineData("a.png")]
    public void An_ending_that_says_nothing_is_refused(string file) => Assert.Contains(
        "Format",
        Assert.Throws<PromptKDException>(() => PredictionFormats.OfFile(file)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Every_name_is_a_format_of_its_own() => Assert.Equal(
        Enum.GetValues<PredictionFormat>().Order(), PredictionFormats.Names.Select(PredictionFormats.Parse).Order());

    [Fact]
    public void An_unknown_name_is_refused_with_those_that_there_are() => Assert.Equal(
        "There is no format 'xml'. Give one of text, tsv, csv, json, jsonl.",
        Assert.Throws<PromptKDException>(() => PredictionFormats.Parse("xml")).Message);
}
