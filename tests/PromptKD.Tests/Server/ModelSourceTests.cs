using PromptKD.Server.Models;

namespace PromptKD.Tests.Server;

public sealed class ModelSourceTests
{
    [Theory]
    [InlineData("food=runs/a/student", "food", "1", "runs/a/student")]
    [InlineData("food@2.1=x.onnx", "food", "2.1", "x.onnx")]
    [InlineData("runs/food/student", "food", "1", "runs/food/student")]
    [InlineData("runs/food/student/", "food", "1", "runs/food/student/")]
    [InlineData("models/birds.onnx", "birds", "1", "models/birds.onnx")]
    [InlineData("/a=b/birds", "birds", "1", "/a=b/birds")]
    public void A_model_has_a_name_a_version_and_a_place(string text, string name, string version, string path) =>
        Assert.Equal(new ModelSource(name, version, path), ModelSource.Parse(text));

    [Theory]
    [InlineData("=x")]
    [InlineData("food=")]
    [InlineData("")]
    [InlineData("a b=x")]
    [InlineData("food@=x")]
    [InlineData("..=x")]
    [InlineData("/")]
    public void What_is_none_is_refused_in_one_line(string text) =>
        Assert.DoesNotContain('\n', Assert.Throws<PromptKDException>(() => ModelSource.Parse(text)).Message);

    [Fact]
    public void Two_of_one_name_and_version_are_refused() =>
        Assert.Contains(
            "a@1",
            Assert.Throws<PromptKDException>(() => ModelSource.ParseAll(["a=x", "a@1=y"])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_newest_version_is_the_larger_number()
    {
        string[] versions = ["10", "9", "2.10", "2.9", "2", "beta"];

        Assert.Equal(["2", "2.9", "2.10", "9", "10", "beta"], versions.Order(VersionOrder.Instance));
    }
}
