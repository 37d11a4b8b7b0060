using PromptKD.Demo;

namespace PromptKD.Tests.Demo;

public sealed class DemoClassTests
{
    [Fact]
    public void Every_pair_of_shape_and_color_is_a_class()
    {
        Assert.Equal(8 * 6, DemoClass.All.Count);
        Assert.Equal(8 * 6, DemoClass.All.Select(one => one.Name).Distinct().Count());
    }

    [Fact]
    public void The_first_half_of_the_labels_is_base()
    {
        Assert.All(DemoClass.All.Take(24), one => Assert.True(one.IsBase));
        Assert.All(DemoClass.All.Skip(24), one => Assert.False(one.IsBase));
    }

    [Fact]
    public void Each_half_has_every_shape_three_times_and_every_color_four_times()
    {
        foreach (IEnumerable<DemoClass> half in new[] { DemoClass.All.Take(24), DemoClass.All.Skip(24) })
        {
            Assert.All(Enum.GetValues<DemoShape>(), shape => Assert.Equal(3, half.Count(one => one.Shape == shape)));
            Assert.All(Enum.GetValues<DemoColor>(), color => Assert.Equal(4, half.Count(one => one.Color == color)));
        }
    }

    [Fact]
    public void Names_are_the_color_and_the_shape()
    {
        Assert.Equal("red circle", DemoClass.All[0].Name);
        Assert.Equal("orange circle", DemoClass.All[24].Name);
        Assert.Equal("purple moon", new DemoClass(DemoShape.Moon, DemoColor.Purple).Name);
    }
}
