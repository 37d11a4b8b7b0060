using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Tests.Data.Pictures;

public sealed class EmptiedClassesTests
{
    [Fact]
    public void A_class_with_one_picture_left_is_none()
    {
        PictureItem[] pictures = [new("a.png", 0, "cat"), new("b.png", 0, "cat"), new("c.png"), new("d.png", 1, "dog")];

        Assert.Empty(Warnings(pictures, "a.png", "c.png"));
    }

    [Fact]
    public void One_is_named()
    {
        PictureItem[] pictures = [new("a.png", 0, "cat"), new("b.png", 1), new("c.png", 1)];

        Assert.Equal(
            ["no picture of the class 'number 1' can be read: nothing is measured of it"],
            Warnings(pictures, "b.png", "c.png"));
    }

    [Fact]
    public void Of_many_the_first_are_named_and_the_others_counted()
    {
        PictureItem[] pictures = [.. Enumerable.Range(0, 7).Select(
            label => new PictureItem($"{label}.png", label, $"c{label}"))];

        Assert.Equal(
            ["no picture of 7 classes can be read, so that nothing is measured of them: 'c0', 'c1', 'c2', 'c3', 'c4' and 2 more"],
            Warnings(pictures, [.. pictures.Select(picture => picture.Path)]));
    }

    private static List<string> Warnings(PictureItem[] pictures, params string[] unreadable)
    {
        var observer = new Listener();
        EmptiedClasses.Warn(
            pictures,
            [.. unreadable.Select(path => new SkippedPicture(path, "the file is empty"))],
            "measured",
            observer);
        return observer.Warnings;
    }

    private sealed class Listener : IRunObserver
    {
        public List<string> Warnings { get; } = [];

        public void OnWarning(string message) => Warnings.Add(message);
    }
}
