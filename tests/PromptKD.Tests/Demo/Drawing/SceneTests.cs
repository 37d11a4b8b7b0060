using CsCheck;
using PromptKD.Demo;
using PromptKD.Demo.Drawing;

namespace PromptKD.Tests.Demo.Drawing;

public sealed class SceneTests
{
    private static readonly Gen<PictureDomain> s_domains =
        Gen.OneOf(
            Gen.Const(PictureDomain.Daylight), Gen.Const(PictureDomain.ChangingLight), Gen.Const(PictureDomain.Night));

    [Fact]
    public void A_seed_and_a_number_stand_for_one_scene() =>
        Gen.Select(s_domains, Gen.Int[0, 47], Gen.Long, Gen.Long).Sample((domain, label, seed, number) => Assert.Equal(
            Scene.Sample(domain, DemoClass.All[label], seed, number),
            Scene.Sample(domain, DemoClass.All[label], seed, number)));

    [Fact]
    public void Other_numbers_and_other_seeds_give_other_scenes()
    {
        var scene = Scene.Sample(PictureDomain.Night, DemoClass.All[0], seed: 1, number: 1);

        Assert.NotEqual(scene, Scene.Sample(PictureDomain.Night, DemoClass.All[0], seed: 1, number: 2));
        Assert.NotEqual(scene, Scene.Sample(PictureDomain.Night, DemoClass.All[0], seed: 2, number: 1));
    }

    [Fact]
    public void Scenes_stay_within_their_domain() =>
        Gen.Select(s_domains, Gen.Long).Sample((domain, number) =>
        {
            var scene = Scene.Sample(domain, DemoClass.All[0], seed: 1, number);

            Assert.InRange(scene.Rotation, -domain.Rotation * 0.01746f, domain.Rotation * 0.01746f);
            Assert.InRange(scene.Scale, domain.Scale.Low, domain.Scale.High);
            Assert.InRange(scene.CentreX, -domain.Shift, domain.Shift);
            Assert.InRange(scene.CentreY, -domain.Shift, domain.Shift);
            Assert.InRange(scene.Brightness, domain.Brightness.Low, domain.Brightness.High);
            Assert.InRange(scene.BlurDeviation, domain.BlurDeviation.Low, domain.BlurDeviation.High);
            Assert.InRange(scene.NoiseDeviation, domain.NoiseDeviation.Low, domain.NoiseDeviation.High);
        });

    [Fact]
    public void Daylight_has_no_texture_waver_or_dimming_and_changing_light_differs_in_its_light_alone()
    {
        var scene = Scene.Sample(PictureDomain.Daylight, DemoClass.All[0], seed: 1, number: 1);
        var dimmed = Scene.Sample(PictureDomain.ChangingLight, DemoClass.All[0], seed: 1, number: 1);

        Assert.Equal((0f, 0f, 1f), (scene.Texture, scene.Waver, scene.Brightness));
        Assert.NotEqual(1f, dimmed.Brightness);
        Assert.Equal(scene, dimmed with { Brightness = 1 });
    }
}
