using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Pictures;

public sealed class PictureFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Lists_every_picture_below_a_folder_in_ordinal_order()
    {
        Add("b.JPG", "a/2.png", "a/10.webp", "a.gif", "Z.jpeg", "a/deep/er/x.bmp", "notes.txt", "a/list.csv");

        PictureFolder images = PictureFolder.Unlabelled(_folder, Stop);

        // Ordinal: capitals first, '.' before '/', digits one by one.
        Assert.Equal(["Z.jpeg", "a.gif", "a/10.webp", "a/2.png", "a/deep/er/x.bmp", "b.JPG"], Relative(images));
        Assert.All(images.Items, item => Assert.Null(item.Label));
        Assert.Equal(2, images.LeftOut.Count);
    }

    [Fact]
    public void Passes_over_hidden_files_and_folders()
    {
        Add("a.png", ".hidden.png", ".cache/b.png", "c/._a.png");

        PictureFolder images = PictureFolder.Unlabelled(_folder, Stop);

        Assert.Equal(["a.png"], Relative(images));
        Assert.Equal(3, images.LeftOut.Count);
    }

    [Fact]
    public void Follows_links_but_not_in_circles()
    {
        Add("a/1.png", "b/2.png");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a", "up"), _folder);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "b", "other"), Path.Combine(_folder, "a"));

        PictureFolder images = PictureFolder.Unlabelled(_folder, Stop);

        Assert.Equal(["a/1.png", "b/2.png", "b/other/1.png"], Relative(images));
    }

    // As in /sys: the folder is found by a link, and what it links to links back, from where it really lies.
    [Fact]
    public void Knows_a_circle_whose_links_count_from_where_their_folder_lies()
    {
        Add("class/1.png", "devices/deep/lo/2.png");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "class", "lo"), "../devices/deep/lo");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "devices", "deep", "lo", "subsystem"), "../../../class");

        PictureFolder images = PictureFolder.Unlabelled(Path.Combine(_folder, "class"), Stop);

        Assert.Equal(
            ["1.png", "lo/2.png"],
            images.Items.Select(item => Path.GetRelativePath(Path.Combine(_folder, "class"), item.Path)));
    }

    // Thirty folders, each with two links to the next: 2^30 ways to the last, and no circle.
    [Fact]
    public void Links_that_lead_to_the_same_folders_over_and_over_are_refused()
    {
        for (int number = 0; number < 30; number++)
        {
            Add($"{number}/a.png");
            Directory.CreateSymbolicLink(Path.Combine(_folder, $"{number}", "left"), $"../{number + 1}");
            Directory.CreateSymbolicLink(Path.Combine(_folder, $"{number}", "right"), $"../{number + 1}");
        }

        Add("30/a.png");

        var error = Assert.Throws<PromptKDException>(() => PictureFolder.Unlabelled(_folder, Stop));

        Assert.Matches(
            @"^The links below '.*' lead to the same folders over and over, more than 10,000 times, the last time to "
            + @"'.*'\. Give a folder whose links lead to each picture once\.$",
            error.Message);
    }

    [Fact]
    public void Says_of_a_link_that_leads_nowhere_where_it_leads()
    {
        string link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, "/nowhere/at/all");

        var error = Assert.Throws<PromptKDException>(() => PictureFolder.Unlabelled(link, Stop));

        Assert.Equal(
            ($"'{link}' is a link to '/nowhere/at/all', where nothing is.", PromptKDError.MissingFile),
            (error.Message, error.Code));
    }

    [Fact]
    public void Says_which_folder_is_missing_or_empty()
    {
        string missing = Path.Combine(_folder, "nowhere");
        Add("only.txt");

        var noFolder = Assert.Throws<PromptKDException>(() => PictureFolder.Unlabelled(missing, Stop));
        var noPictures = Assert.Throws<PromptKDException>(() => PictureFolder.Unlabelled(_folder, Stop));
        var noClasses = Assert.Throws<PromptKDException>(() => PictureFolder.Labelled(_folder, stop: Stop));

        Assert.Equal($"No folder at '{missing}'.", noFolder.Message);
        Assert.Equal(
            $"No pictures below '{_folder}': 1 .txt. What is read ends in .jpg, .jpeg, .jpe, .jfif, .png, .apng, .bmp, "
            + ".gif, .webp, .tif, .tiff, .heic, .heif, .hif, .avif, "
            + "or is a shard (.parquet, .tar).",
            noPictures.Message);
        Assert.Equal(
            $"No folders in '{_folder}': labelled pictures lie in a folder for each class.", noClasses.Message);
    }

    [Fact]
    public void Takes_classes_from_the_folders()
    {
        Add("tabby_cat/1.png", "dog/2.png", "dog/more/3.png", "stray.png");

        PictureFolder images = PictureFolder.Labelled(_folder, stop: Stop);

        Assert.Equal(["dog", "tabby cat"], images.ClassNames);
        Assert.Equal(["dog/2.png", "dog/more/3.png", "tabby_cat/1.png"], Relative(images));
        Assert.Equal([0, 0, 1], images.Items.Select(item => item.Label!.Value));
        Assert.Equal(["dog", "dog", "tabby cat"], images.Items.Select(item => item.ClassName));
        Assert.Equal(1, images.LeftOut.Count);
    }

    [Fact]
    public void Labels_folders_by_the_names_given()
    {
        Add("dog/1.png", "Tabby_Cat/2.png");

        PictureFolder images = PictureFolder.Labelled(_folder, ["tabby cat", "Dog"], stop: Stop);

        Assert.Equal([(0, "tabby cat"), (1, "Dog")], images.Items.Select(item => (item.Label!.Value, item.ClassName)));
    }

    [Fact]
    public void Names_a_folder_without_a_class_and_the_nearest_one()
    {
        Add("cat/1.png", "dgo/2.png");

        var error = Assert.Throws<PromptKDException>(() => PictureFolder.Labelled(_folder, ["cat", "dog"], stop: Stop));

        Assert.Equal(
            $"No class for the folder '{Path.Combine(_folder, "dgo")}'. The nearest class is 'dog'.", error.Message);
    }

    [Fact]
    public void Names_a_class_without_a_folder_and_the_nearest_one()
    {
        Add("cat/1.png", "dog/2.png");

        var error = Assert.Throws<PromptKDException>(
            () => PictureFolder.Labelled(_folder, ["cat", "dog", "cart"], stop: Stop));

        Assert.Equal($"No folder in '{_folder}' for the class 'cart'. The nearest folder is 'cat'.", error.Message);
    }

    [Fact]
    public void Refuses_folders_or_classes_that_cannot_be_told_apart()
    {
        Add("a_b/1.png", "a b/2.png");

        var folders = Assert.Throws<PromptKDException>(() => PictureFolder.Labelled(_folder, stop: Stop));
        var classes = Assert.Throws<PromptKDException>(
            () => PictureFolder.Labelled(_folder, ["a b", "A B"], stop: Stop));

        Assert.Equal(
            $"{_folder}: the folders 'a b' and 'a_b' are the same class. Merge or rename one.", folders.Message);
        Assert.Equal("The classes 'a b' and 'A B' cannot be told apart by a folder's name.", classes.Message);
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

    private IEnumerable<string> Relative(PictureFolder images) =>
        images.Items.Select(item => Path.GetRelativePath(_folder, item.Path).Replace('\\', '/'));
}
