using PromptKD.Demo.Drawing;
using PromptKD.Runtime;

namespace EmojiStyles;

/// <summary>
/// The pictures of a split as <c>promptkd</c> reads them: <c>split-N/TARGET/train</c> and <c>test</c> have a folder for
/// each class, and
/// <c>split-N/classes.txt</c> the classes in label order.
/// </summary>
internal static class SplitFolder
{
    /// <summary>The folder of a split.</summary>
    public static string Of(Packages packages, Split split) => Path.Combine(packages.Folder, $"split-{split.Seed}");

    /// <summary>Writes the pictures of the classes, in one style.</summary>
    /// <returns>How many are to learn from, and how many to test on.</returns>
    public static (int Train, int Test) Write(
        Packages packages, Split split, IReadOnlyList<Concept> concepts, Style target)
    {
        string folder = Of(packages, split);
        string[] names = [.. split.Classes.Select(Concept.ClassNameOf)];
        WholeFile.WriteText(Path.Combine(folder, "classes.txt"), string.Join('\n', names) + "\n");
        IReadOnlyDictionary<string, string> files = target.Find(packages);
        int[] counts = [0, 0];
        for (int i = 0; i < concepts.Count; i++)
        {
            Concept concept = concepts[i];
            if (split.Classes.Contains(concept.Group) && files.TryGetValue(concept.Code, out string? file))
            {
                bool test = split.Test.Contains(concept.Code);
                string picture = Path.Combine(
                    folder, target.Name, test ? "test" : "train", concept.ClassName, concept.Code + ".png");
                Directory.CreateDirectory(Path.GetDirectoryName(picture)!);
                var background = Rgb.Draw(SplitMix64.For(split.Seed, i));
                WriteIfOther(picture, Picture.ToPng(Picture.Read(file).On(background)));
                counts[test ? 1 : 0]++;
            }
        }

        return (counts[0], counts[1]);
    }

    // A run that reads the pictures beside this one would be told that they changed.
    private static void WriteIfOther(string path, byte[] content)
    {
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            File.WriteAllBytes(path, content);
        }
    }
}
