using PromptKD.Data.Checking;
using PromptKD.Tests.Data.Shards;
using SkiaSharp;

namespace PromptKD.Tests.Data.Checking;

public sealed class PictureSurveyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_content_with_sound_pictures()
    {
        Write("a.png", Scene(1));
        Write("b.png", Scene(2));
        Write("notes.txt", []);

        SurveyReport report = Survey();

        Assert.False(report.NeedsALook);
        Assert.Equal(2, report.Pictures);
        Assert.Equal([KeyValuePair.Create(".txt", 1)], report.LeftOut);
        Assert.Equal([KeyValuePair.Create("PNG", 2)], report.Kinds);
        Assert.Equal(new PictureSizes(48, 48, 64, 64), report.Sizes);
    }

    [Fact]
    public void Finds_what_is_left_out_broken_turned_and_tiny()
    {
        Write("a.png", Scene(1));
        Write("cut.png", Scene(2)[..60]);
        Write("icon.png", TestPictures.Gradient(40, 16));
        Write("photo.psd", []);
        Write("turned.jpg", TestPictures.Turned(Scene(3, SKEncodedImageFormat.Jpeg)));

        SurveyReport report = Survey();

        Assert.True(report.NeedsALook);
        Assert.Equal([KeyValuePair.Create(".psd", 1)], report.LeftOut);
        Assert.Equal([PathOf("cut.png")], report.Broken.Select(one => one.Path));
        Assert.Equal([PathOf("turned.jpg")], report.Turned);
        Assert.Equal([PathOf("icon.png")], report.Tiny);
        Assert.Empty(Survey(tiny: 16).Tiny);
        Assert.Throws<PromptKDException>(() => Survey(tiny: 0));
    }

    [Fact]
    public void Finds_an_archive_without_an_end_worth_a_look()
    {
        ShardFixtures.WriteTar(PathOf("a.tar"), ("1.png", Scene(1)));
        Assert.False(Survey().NeedsALook);
        File.WriteAllBytes(PathOf("a.tar"), File.ReadAllBytes(PathOf("a.tar"))[..^1024]);

        SurveyReport report = Survey();

        Assert.True(report.NeedsALook);
        Assert.Equal((1, PathOf("a.tar")), (report.Pictures, Assert.Single(report.WithoutEnd)));
    }

    [Fact]
    public void Finds_a_folder_without_a_picture_worth_a_look_and_says_what_is_in_it()
    {
        Write("photo.psd", []);

        SurveyReport report = Survey();

        Assert.True(report.NeedsALook);
        Assert.Equal(0, report.Pictures);
        Assert.Equal([KeyValuePair.Create(".psd", 1)], report.LeftOut);
        Assert.Null(report.Sizes);
    }

    [Fact]
    public void One_file_of_a_kind_is_told_of_as_one()
    {
        Write(".hidden.png", []);
        Write("photo.psd", []);

        Assert.Equal(["1 .psd", "1 hidden picture"], Survey().DescribeLeftOut().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Finds_nothing_in_an_empty_folder_and_refuses_one_that_is_not_there()
    {
        Assert.True(Survey().NeedsALook);
        Assert.Throws<PromptKDException>(() => PictureSurvey.Of(
            new SurveyRequest { Folder = PathOf("nowhere") }, cancellationToken: Stop));
    }

    [Fact]
    public void Finds_pictures_that_are_there_twice()
    {
        Write("a.png", Scene(1));
        Write("b.png", Scene(2));
        Write("copy.png", Scene(1));
        Write("saved-again.jpg", Scene(1, SKEncodedImageFormat.Jpeg));
        Write("smaller.png", Scene(1, width: 48, height: 36));

        SurveyReport report = Survey();

        Assert.Equal([PathOf("a.png"), PathOf("copy.png")], Assert.Single(report.Doubled).Paths);
        Assert.Equal(
            [PathOf("a.png"), PathOf("saved-again.jpg"), PathOf("smaller.png")],
            Assert.Single(report.NearlyDoubled).Paths);
        Assert.True(report.NeedsALook);
    }

    [Fact]
    public void Tells_pictures_of_16_bit_grey_apart()
    {
        Write("a.png", TestPictures.Grey16(64, 48, (x, _) => (ushort)(1000 * x)));
        Write("b.png", TestPictures.Grey16(64, 48, (x, y) => (ushort)(60_000 - (600 * y) - (400 * x))));

        Assert.False(Survey().NeedsALook);
    }

    [Fact]
    public void Counts_the_pictures_of_each_class_and_names_contradictions()
    {
        Write("cat/1.png", Scene(1));
        Write("cat/2.png", Scene(2));
        Write("dog/3.png", Scene(1));
        Write("owl/notes.txt", []);

        SurveyReport report = Survey(labelled: true);

        Assert.Equal([new ClassPictures("cat", 2), new("dog", 1), new("owl", 0)], report.Classes);
        Assert.Equal(["owl"], report.EmptyClasses);
        Assert.Equal(["cat", "dog"], Assert.Single(report.Doubled).Classes);
    }

    [Fact]
    public void Says_where_folders_do_not_fit_the_classes_and_looks_all_the_same()
    {
        Write("cat/1.png", Scene(1));

        SurveyReport report = PictureSurvey.Of(
            new SurveyRequest { Folder = _folder, ClassNames = ["cat", "dog"] }, cancellationToken: Stop);

        Assert.Contains("'dog'", report.Fault, StringComparison.Ordinal);
        Assert.Equal(1, report.Pictures);
        Assert.True(report.NeedsALook);
    }

    [Fact]
    public void Stops_between_pictures()
    {
        Write("a.png", Scene(1));

        Assert.ThrowsAny<OperationCanceledException>(() => PictureSurvey.Of(
            new SurveyRequest { Folder = _folder }, cancellationToken: new CancellationToken(canceled: true)));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SurveyReport Survey(bool labelled = false, int tiny = 32) => PictureSurvey.Of(
        new SurveyRequest { Folder = _folder, IsLabelled = labelled, Tiny = tiny }, cancellationToken: Stop);

    // Waves of another length and place for each number, in colours of their own.
    private static byte[] Scene(
        int number, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int width = 64, int height = 48) =>
        TestPictures.Encode(
            width,
            height,
            (x, y) => new SKColor(
                Wave((double)x / width * 3 * number), Wave((double)y / height * 4 * number), (byte)(80 * number)),
            format);

    private static byte Wave(double turns) => (byte)(128 + (100 * Math.Sin(2 * Math.PI * turns)));

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), content);
    }
}
