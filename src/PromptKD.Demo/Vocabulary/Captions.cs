using PromptKD.Demo.Drawing;

namespace PromptKD.Demo.Vocabulary;

/// <summary>
/// What the demo's pictures are said to show. "a orange ..." is meant: captions say "a" throughout, as the template
/// "a photo of a {}." does.
/// </summary>
public static class Captions
{
    /// <summary>Ways to caption a picture: several, so that words occur in more than one place.</summary>
    public const int Forms = 8;

    private static readonly string[] s_sizes = ["", "small ", "large "];

    /// <summary>Every caption there is: each form of each class, background and size, repetitions included.</summary>
    public static IEnumerable<string> All { get; } =
        from form in Enumerable.Range(0, Forms)
        from shown in DemoClass.All
        from background in Palette.BackgroundNames
        from size in s_sizes
        select Describe(shown, background, size, form);

    /// <summary>The sentence that stands for a class in zero-shot classification.</summary>
    public static string ZeroShot(DemoClass shown) => $"a photo of a {shown.Name}.";

    /// <summary>Captions a scene.</summary>
    /// <param name="scene">What the picture shows.</param>
    /// <param name="form">Which of the <see cref="Forms"/>, counted from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such form.</exception>
    public static string Describe(Scene scene, int form)
    {
        const float LargestSmall = 0.70f;
        const float SmallestLarge = 0.78f;
        string size = scene.Scale switch
        {
            < LargestSmall => s_sizes[1],
            > SmallestLarge => s_sizes[2],
            _ => s_sizes[0],
        };
        return Describe(scene.Class, Palette.BackgroundNames[scene.Background], size, form);
    }

    private static string Describe(DemoClass shown, string background, string size, int form)
    {
        string color = shown.Color.ToString().ToLowerInvariant();
        string shape = shown.Shape.ToString().ToLowerInvariant();
        return form switch
        {
            >= 0 and <= 2 => ZeroShot(shown),
            3 => $"a photo of a {color} {shape} on a {background} background.",
            4 => $"a {size}{color} {shape} on {background}.",
            5 => $"a picture of a {size}{color} {shape}.",
            6 => $"a {shape} in {color}, {background} background.",
            7 => $"a drawing of a {size}{color} {shape}.",
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, $"Captions have forms 0 to {Forms - 1}."),
        };
    }
}
