using System.Diagnostics;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Tests.Data.Shards;

namespace PromptKD.Tests.Data.Pictures;

public sealed class LeftOutTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Counts_by_kind_what_may_have_been_meant_first()
    {
        Add("a.png", "b.psd", "c.PSD", "d/e.mov", "d/noending", "notes.txt", "Thumbs.db", "d/.DS_Store", "._a.png");

        LeftOut leftOut = PictureFolder.Unlabelled(_folder, TestContext.Current.CancellationToken).LeftOut;

        Assert.Equal(8, leftOut.Count);
        Assert.StartsWith(
            $"Left out 8 files in '{_folder}': 2 .psd, 1 .mov, 1 file without an ending, 1 .DS_Store, 1 ._*, 1 .txt, "
            + "1 Thumbs.db; not pictures that are read here (.jpg, ",
            leftOut.Describe(),
            StringComparison.Ordinal);
        Assert.Equal([leftOut.Describe()!], Warnings(leftOut, out List<string> phases));
        Assert.Empty(phases);
    }

    [Fact]
    public void Is_a_note_where_nobody_takes_it_for_pictures()
    {
        Add("a.png", "a.txt", "b.json", "Thumbs.db", ".nomedia", ".git/config", ".git/objects/00");

        LeftOut leftOut = PictureFolder.Unlabelled(_folder, TestContext.Current.CancellationToken).LeftOut;

        Assert.Empty(Warnings(leftOut, out List<string> phases));
        Assert.Equal([$"Left out 5 files in '{_folder}': 2 hidden files, 1 .json, 1 .txt, 1 Thumbs.db"], phases);
    }

    [Fact]
    public void Is_nothing_where_everything_is_read()
    {
        Add("a.png", "b/c.JPG");

        LeftOut leftOut = PictureFolder.Unlabelled(_folder, TestContext.Current.CancellationToken).LeftOut;

        Assert.Null(leftOut.Describe());
        Assert.Empty(Warnings(leftOut, out List<string> phases));
        Assert.Empty(phases);
    }

    [Fact]
    public void Names_pictures_that_hide_or_lie_beside_the_folders_of_their_classes()
    {
        Add("cat/1.png", "stray.png", "cat/.2.png", ".dog/3.png", ".dog/4.png");
        File.CreateSymbolicLink(Path.Combine(_folder, "cat", "old"), Path.Combine(_folder, "nowhere"));

        LeftOut leftOut = PictureFolder.Labelled(_folder, stop: TestContext.Current.CancellationToken).LeftOut;

        Assert.Equal(
            new Dictionary<string, int>
            {
                ["hidden pictures"] = 3,
                ["links that lead nowhere"] = 1,
                ["pictures beside the class folders"] = 1,
            },
            leftOut.Kinds);
        Assert.Contains(
            "3 hidden pictures, 1 link that leads nowhere, 1 picture beside the class folders;",
            leftOut.Describe(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Names_links_that_lead_in_a_circle()
    {
        Add("1.png");
        File.CreateSymbolicLink(Path.Combine(_folder, "self"), Path.Combine(_folder, "self"));
        File.CreateSymbolicLink(Path.Combine(_folder, "one"), Path.Combine(_folder, "other"));
        File.CreateSymbolicLink(Path.Combine(_folder, "other"), Path.Combine(_folder, "one"));

        PictureFolder folder = PictureFolder.Unlabelled(_folder, TestContext.Current.CancellationToken);

        Assert.Single(folder.Items);
        Assert.Equal(3, folder.LeftOut.Kinds["links that lead nowhere"]);
    }

    [Fact]
    public void Names_folders_and_pictures_whose_names_are_not_UTF_8()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no such names.");
        Add("1.png");
        using (Process made = Process.Start(new ProcessStartInfo("sh")
        {
            ArgumentList = { "-c", """n=$(printf 'caf\351'); mkdir "$n"; echo x >"$n/2.png"; echo x >"$n.png" """ },
            WorkingDirectory = _folder,
        })!)
        {
            made.WaitForExit();
        }

        PictureFolder folder = PictureFolder.Unlabelled(_folder, TestContext.Current.CancellationToken);

        Assert.Equal(2, folder.Items.Count);
        Assert.Equal(1, folder.LeftOut.Kinds["folders whose names are not UTF-8"]);
        var error = Assert.Throws<FileNotFoundException>(() => FileStamp.Of(folder.Items[1].Path));
        Assert.StartsWith("its name is not UTF-8", error.Message, StringComparison.Ordinal);
        Process.Start("rm", ["-rf", _folder]).WaitForExit(); // .NET cannot name what it is to delete.
        Directory.CreateDirectory(_folder);
    }

    [Fact]
    public void Names_what_systems_keep_in_folders_of_their_own_and_takes_them_for_no_classes()
    {
        Add("cat/1.png", "@eaDir/1.png/THUMB_M.jpg", "cat/@eaDir/THUMB_S.jpg", "__MACOSX/cat/._1.png", "lost+found/x");

        PictureFolder folder = PictureFolder.Labelled(_folder, stop: TestContext.Current.CancellationToken);

        Assert.Equal(["cat"], folder.ClassNames);
        Assert.Equal("1.png", Path.GetFileName(Assert.Single(folder.Items).Path));
        Assert.Contains(
            "2 pictures in folders of the system, 2 hidden files", folder.LeftOut.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_up_to_five_classes_without_a_picture()
    {
        Add("cat/1.png", "dog/notes.txt", "owl/1.mov");

        LeftOut leftOut = PictureFolder.Labelled(_folder, stop: TestContext.Current.CancellationToken).LeftOut;

        Assert.Equal(["dog", "owl"], leftOut.EmptyClasses);
        Assert.Equal($"No picture in '{_folder}' of 2 classes: 'dog', 'owl'", leftOut.DescribeEmptyClasses());
        Assert.Contains(leftOut.DescribeEmptyClasses(), Warnings(leftOut, out _));
        Assert.Equal(
            "No picture in x of 7 classes: 'a', 'b', 'c', 'd', 'e' and 2 more",
            (leftOut with { Place = "x", EmptyClasses = ["a", "b", "c", "d", "e", "f", "g"] }).DescribeEmptyClasses());
    }

    [Fact]
    public void Of_shards_are_files_beside_them_and_entries_that_belong_to_no_picture()
    {
        ShardFixtures.WriteTar(
            Path.Combine(_folder, "1.tar"),
            ("a.png", []), ("a.cls", []), ("b.cls", []), ("c.mov", []), (".d.png", []));
        Add("README.md");

        LeftOut leftOut = PictureFolder.Unlabelled(_folder, TestContext.Current.CancellationToken).LeftOut;

        Assert.Equal(
            new Dictionary<string, int>
            {
                ["labels without a picture"] = 1,
                [".md"] = 1,
                [".mov"] = 1,
                ["hidden pictures"] = 1,
            },
            leftOut.Kinds);
    }

    [Fact]
    public void A_label_whose_picture_is_missing_is_warned_of()
    {
        ShardFixtures.WriteTar(Path.Combine(_folder, "1.tar"), ("a.png", []), ("a.cls", []), ("b.cls", []));

        LeftOut leftOut = PictureFolder.Unlabelled(_folder, TestContext.Current.CancellationToken).LeftOut;

        Assert.StartsWith(
            $"Left out 1 file in '{_folder}': 1 label without a picture",
            Assert.Single(Warnings(leftOut, out _)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_eight_kinds_and_counts_the_rest()
    {
        Add([.. Enumerable.Range(0, 12).Select(number => $"{number}.x{number + 10}"), "0.png"]);

        Assert.Equal(
            "1 .x10, 1 .x11, 1 .x12, 1 .x13, 1 .x14, 1 .x15, 1 .x16, 1 .x17, 4 of other kinds",
            PictureFolder.Unlabelled(_folder, TestContext.Current.CancellationToken).LeftOut.DescribeKinds());
    }

    private static List<string> Warnings(LeftOut leftOut, out List<string> phases)
    {
        var listener = new Listener();
        leftOut.Report(listener);
        phases = listener.Phases;
        return listener.Warnings;
    }

    private void Add(params string[] files)
    {
        foreach (string file in files)
        {
            string path = Path.Combine(_folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, []);
        }
    }

    private sealed class Listener : IRunObserver
    {
        public List<string> Phases { get; } = [];

        public List<string> Warnings { get; } = [];

        public void OnPhase(string description) => Phases.Add(description);

        public void OnWarning(string message) => Warnings.Add(message);
    }
}
