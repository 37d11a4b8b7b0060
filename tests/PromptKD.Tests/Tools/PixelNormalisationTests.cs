using PretrainDemo;
using PromptKD.Demo.Drawing;

namespace PromptKD.Tests.Tools;

public sealed class PixelNormalisationTests
{
    [Fact]
    public void Takes_the_mean_off_and_divides_by_the_deviation_plane_by_plane()
    {
        byte[] picture = new byte[ScenePainter.Bytes];
        picture[3 + 1] = 255; // the second pixel's green
        float[] planes = new float[ScenePainter.Bytes];

        PixelNormalisation.Clip.Apply(picture, planes);

        Assert.Equal(-0.48145466 / 0.26862954, planes[0], tolerance: 1e-5);
        Assert.Equal((1 - 0.4578275) / 0.26130258, planes[1024 + 1], tolerance: 1e-5);
        Assert.Equal(-0.40821073 / 0.27577711, planes[2048 + 1], tolerance: 1e-5);
    }
}
