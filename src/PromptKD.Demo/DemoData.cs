using System.Text;
using PromptKD.Demo.Drawing;
using PromptKD.Runtime;

namespace PromptKD.Demo;

/// <summary>
/// Draws the demo's data set: unlabelled photos of the night to learn from, labelled ones to test on, and the names
/// of the classes. The same call always gives the same files.
/// </summary>
public static class DemoData
{
    /// <summary>Folder of the unlabelled pictures.</summary>
    public const string PhotosFolder = "photos";

    /// <summary>Folder of the labelled pictures, one folder a class.</summary>
    public const string TestFolder = "test";

    /// <summary>Folder of the labelled pictures to teach with, one folder a base class.</summary>
    public const string LabelledFolder = "labelled";

    /// <summary>File of the class names in label order, one a line: base classes first.</summary>
    public const string ClassNamesFile = "classes.txt";

    private const long PhotosSeed = 5;
    private const long TestSeed = 4242;
    private const long LabelledSeed = 77;

    // Seeds of two variants never meet: those of one lie closer together than this.
    private const long VariantStep = 100_000;

    /// <summary>
    /// Holds a folder that pictures and what is made of them go to: where it is moved or deleted meanwhile, it is not
    /// made anew with half of them.
    /// </summary>
    /// <param name="folder">The folder; made where there is none.</param>
    /// <returns>What ends the hold.</returns>
    /// <exception cref="PromptKDException">It cannot be made.</exception>
    public static IDisposable Hold(string folder) => FolderHold.Share(folder);

    /// <summary>
    /// Writes the data set: <c>photos/</c>, <c>test/CLASS/</c>, <c>labelled/CLASS/</c> and <c>classes.txt</c>.
    /// </summary>
    /// <param name="folder">Where to; made if there is none.</param>
    /// <param name="photosPerClass">Unlabelled pictures of each class; their names and order do not tell it.</param>
    /// <param name="testPerClass">Test pictures of each class.</param>
    /// <param name="labelledPerClass">Labelled pictures of each base class; 0 for no such folder.</param>
    /// <param name="variant">Which pictures, from 0: another number gives others of the same kind.</param>
    /// <param name="cancellation">Stops the drawing; files already written stay.</param>
    /// <remarks>Each file is written whole or not at all; one that has these bytes already is left alone.</remarks>
    /// <exception cref="PromptKDException">
    /// The folder is not writable, another process is writing it, it has gone, or the disk is full.
    /// </exception>
    public static void Write(
        string folder,
        int photosPerClass = 20,
        int testPerClass = 20,
        int labelledPerClass = 0,
        int variant = 0,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(variant);
        using FolderHold hold = FolderHold.Take(folder);
        Write(
            Path.Combine(folder, ClassNamesFile),
            Encoding.UTF8.GetBytes(string.Concat(DemoClass.All.Select(one => one.Name + "\n"))));
        PictureFile[] files =
        [
            .. Photos(folder, photosPerClass),
            .. OfClasses(Path.Combine(folder, TestFolder), DemoClass.All, testPerClass, TestSeed),
            .. OfClasses(
                Path.Combine(folder, LabelledFolder),
                [.. DemoClass.All.Where(one => one.IsBase)],
                labelledPerClass,
                LabelledSeed),
        ];
        WritePictures(
            [.. files.Select(file => file with { Seed = file.Seed + (variant * VariantStep) })], cancellation);
    }

    private static IEnumerable<PictureFile> Photos(string folder, int perClass)
    {
        int count = perClass * DemoClass.All.Count;
        int[] places = Shuffle(count);
        for (int number = 0; number < count; number++)
        {
            string path = Path.Combine(folder, PhotosFolder, $"{places[number] + 1:0000}.png");
            yield return new PictureFile(path, DemoClass.All[number % DemoClass.All.Count], PhotosSeed, number);
        }
    }

    private static IEnumerable<PictureFile> OfClasses(
        string folder, IReadOnlyList<DemoClass> classes, int perClass, long seed) =>
        from label in Enumerable.Range(0, classes.Count)
        from index in Enumerable.Range(0, perClass)
        let shown = classes[label]
        let path = Path.Combine(folder, shown.Name, $"{index + 1:000}.png")
        select new PictureFile(path, shown, seed, (label * (long)perClass) + index);

    private static void WritePictures(IReadOnlyList<PictureFile> files, CancellationToken cancellation)
    {
        foreach (PictureFile file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            var scene = Scene.Sample(PictureDomain.Night, file.Class, file.Seed, file.Number);
            Write(file.Path, PngFile.Encode(ScenePainter.Paint(scene)));
        }
    }

    private static void Write(string path, byte[] content)
    {
        if (!Holds(path, content))
        {
            WholeFile.Write(path, stream => stream.Write(content));
        }
    }

    // A folder, a link to nowhere, or a file that may not be read: writing says what is wrong.
    private static bool Holds(string path, byte[] content)
    {
        try
        {
            return new FileInfo(path) is { Exists: true } file
                && file.Length == content.Length
                && RegularFile.ReadAllBytes(path).AsSpan().SequenceEqual(content);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The numbers from 0 in a fixed random order (Fisher and Yates).</summary>
    private static int[] Shuffle(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        var random = SplitMix64.For(PhotosSeed, -1); // Pictures have the numbers from 0.
        for (int i = count - 1; i > 0; i--)
        {
            int other = random.Below(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    private sealed record PictureFile(string Path, DemoClass Class, long Seed, long Number);
}
