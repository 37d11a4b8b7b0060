using PromptKD.Demo;
using PromptKD.Demo.Drawing;
using PromptKD.Demo.Vocabulary;

namespace PromptKD.Tests.Demo.Vocabulary;

public sealed class CaptionsTests
{
    [Theory]
    [InlineData(0, 0.6f, "a photo of a orange heart.")]
    [InlineData(2, 0.6f, "a photo of a orange heart.")]
    [InlineData(3, 0.6f, "a photo of a orange heart on a pale blue background.")]
    [InlineData(4, 0.6f, "a small orange heart on pale blue.")]
    [InlineData(4, 0.74f, "a orange heart on pale blue.")]
    [InlineData(5, 0.8f, "a picture of a large orange heart.")]
    [InlineData(6, 0.8f, "a heart in orange, pale blue background.")]
    [InlineData(7, 0.8f, "a drawing of a large orange heart.")]
    public void Say_what_the_scene_shows(int form, float scale, string expected)
    {
        const int PaleBlue = 4;
        Scene scene = Scene.Sample(
            PictureDomain.Daylight, new DemoClass(DemoShape.Heart, DemoColor.Orange), seed: 1, number: 1);

        Assert.Equal(expected, Captions.Describe(scene with { Scale = scale, Background = PaleBlue }, form));
    }

    [Fact]
    public void All_of_them_are_8_forms_of_48_classes_6_backgrounds_and_3_sizes() =>
        Assert.Equal(8 * 48 * 6 * 3, Captions.All.Count());

    [Fact]
    public void Refuse_a_form_that_is_not_there()
    {
        var scene = Scene.Sample(PictureDomain.Daylight, DemoClass.All[0], seed: 1, number: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => Captions.Describe(scene, Captions.Forms));
    }
}
