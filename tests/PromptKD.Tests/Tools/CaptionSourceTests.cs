using PretrainDemo;
using PromptKD.Demo;
using PromptKD.Demo.Drawing;
using PromptKD.Demo.Vocabulary;

namespace PromptKD.Tests.Tools;

public sealed class CaptionSourceTests
{
    [Fact]
    public void Knows_60_sentences_of_each_class_beside_the_demos_own()
    {
        string[] added = [.. CaptionSource.WithTemplates.All.Skip(Captions.All.Count())];

        Assert.Equal(60 * 48, added.Length);
        Assert.Contains("a bad photo of a red circle.", added);
    }

    [Fact]
    public void Draws_only_what_it_knows_and_both_kinds()
    {
        var known = CaptionSource.WithTemplates.All.ToHashSet();
        var own = Captions.All.ToHashSet();
        var random = SplitMix64.For(1, 0);
        var scene = Scene.Sample(PictureDomain.Daylight, DemoClass.All[0], random);

        string[] drawn = [.. Enumerable.Range(0, 100).Select(_ => CaptionSource.WithTemplates.Draw(scene, random))];

        Assert.All(drawn, caption => Assert.Contains(caption, known));
        Assert.InRange(drawn.Count(own.Contains), 30, 90);
    }
}
