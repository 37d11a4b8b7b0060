using CsCheck;
using PromptKD.Demo;
using PromptKD.Demo.Drawing;

namespace PromptKD.Tests.Demo.Drawing;

public sealed class ShapeGeometryTests
{
    private static readonly Gen<float> s_positions = Gen.Float[-1, 1];
    private static readonly Gen<float> s_steps = Gen.Float[-0.1f, 0.1f];

    [Theory]
    [InlineData(DemoShape.Circle, 0, 0, -0.9)]
    [InlineData(DemoShape.Circle, 0.9, 0, 0)]
    [InlineData(DemoShape.Square, 0.5, 0.8, 0)]
    [InlineData(DemoShape.Square, 1, 0, 0.2)]
    [InlineData(DemoShape.Triangle, 0, 0.7, 0)]     // the base: 0.55 below 0.15
    [InlineData(DemoShape.Triangle, 0, -0.95, 0)]   // the point: 1.1 above 0.15
    [InlineData(DemoShape.Star, 0, -1.05, 0)]       // the upper point
    [InlineData(DemoShape.Star, 0, 0.45, 0)]        // the inner corner opposite
    [InlineData(DemoShape.Ring, 0, 0, 0.5)]         // 0.72 - 0.22 from the hole's edge
    [InlineData(DemoShape.Ring, 0.94, 0, 0)]
    [InlineData(DemoShape.Cross, 0, 0, -0.27)]
    [InlineData(DemoShape.Cross, 0.95, 0, 0)]
    [InlineData(DemoShape.Heart, 0.42, -0.88, 0)]   // the top of a lobe
    [InlineData(DemoShape.Heart, 0, 0.76, 0)]       // the point: 0.86 below -0.1
    [InlineData(DemoShape.Moon, -0.95, 0, 0)]
    [InlineData(DemoShape.Moon, 0.42, -0.12, 0.72)] // the middle of what is cut out
    public void Distances_are_those_worked_by_hand(DemoShape shape, float x, float y, float expected) =>
        Assert.Equal(expected, ShapeGeometry.Distance(shape, x, y), tolerance: 1e-5f);

    [Fact]
    public void Every_shape_but_the_moon_is_its_own_mirror_image() =>
        Gen.Select(Gen.Enum<DemoShape>().Where(shape => shape != DemoShape.Moon), s_positions, s_positions)
            .Sample((shape, x, y) => Assert.Equal(
                ShapeGeometry.Distance(shape, x, y), ShapeGeometry.Distance(shape, -x, y), tolerance: 1e-5f));

    [Fact]
    public void Distances_change_no_faster_than_positions() =>
        Gen.Select(Gen.Enum<DemoShape>(), s_positions, s_positions, s_steps, s_steps)
            .Sample((shape, x, y, right, down) =>
            {
                float change = ShapeGeometry.Distance(shape, x + right, y + down) - ShapeGeometry.Distance(shape, x, y);
                Assert.True(Math.Abs(change) <= MathF.Sqrt((right * right) + (down * down)) + 1e-5f);
            });
}
