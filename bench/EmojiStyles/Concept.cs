namespace EmojiStyles;

/// <summary>What a picture shows, whoever drew it.</summary>
/// <param name="Code">Its code points, as <see cref="CodePoints"/> spells them.</param>
/// <param name="Name">Its name, in small ASCII letters.</param>
/// <param name="Tags">Other words for it.</param>
/// <param name="Group">Its subcategory, such as <c>animal-bird</c>.</param>
internal sealed record Concept(string Code, string Name, IReadOnlyList<string> Tags, string Group)
{
    /// <summary>What its variants have in common.</summary>
    public string Stem { get; } = EmojiStyles.Stem.Of(Name, Group);

    /// <summary>The subcategory as people would say it: <c>bird animal</c>.</summary>
    public string ClassName => ClassNameOf(Group);

    /// <summary>
    /// The words of a subcategory from the last to the first: the narrower word qualifies the wider one.
    /// </summary>
    public static string ClassNameOf(string group) => string.Join(' ', group.Split('-').Reverse());
}
