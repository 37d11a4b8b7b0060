using PromptKD.Demo;
using SkiaSharp;

namespace PromptKD.Tests.Demo;

public sealed class DemoDataTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Writes_the_asked_number_of_pictures_of_each_class()
    {
        DemoData.Write(
            _folder, photosPerClass: 2, testPerClass: 3, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(2 * 48, Directory.GetFiles(Path.Combine(_folder, "photos"), "*.png").Length);
        string[] names = File.ReadAllLines(Path.Combine(_folder, "classes.txt"));
        Assert.Equal(DemoClass.All.Select(one => one.Name), names);
        Assert.All(names, name => Assert.Equal(
            ["001.png", "002.png", "003.png"],
            Directory.GetFiles(Path.Combine(_folder, "test", name)).Select(Path.GetFileName).Order()));
    }

    [Fact]
    public void Pictures_are_32_pixels_wide_and_high()
    {
        DemoData.Write(
            _folder, photosPerClass: 1, testPerClass: 0, cancellation: TestContext.Current.CancellationToken);

        using var codec = SKCodec.Create(Path.Combine(_folder, "photos", "0001.png"));
        Assert.Equal((32, 32), (codec.Info.Width, codec.Info.Height));
    }

    [Fact]
    public void The_same_call_writes_the_same_bytes()
    {
        string first = Path.Combine(_folder, "first");
        string second = Path.Combine(_folder, "second");

        DemoData.Write(first, photosPerClass: 1, testPerClass: 1, cancellation: TestContext.Current.CancellationToken);
        DemoData.Write(second, photosPerClass: 1, testPerClass: 1, cancellation: TestContext.Current.CancellationToken);

        foreach (string file in Directory.GetFiles(first, "*", SearchOption.AllDirectories))
        {
            string twin = Path.Combine(second, Path.GetRelativePath(first, file));
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(twin));
        }
    }

    [Fact]
    public void Draws_labelled_pictures_of_the_base_classes_only()
    {
        DemoData.Write(
            _folder,
            photosPerClass: 0,
            testPerClass: 0,
            labelledPerClass: 2,
            cancellation: TestContext.Current.CancellationToken);

        string[] folders = Directory.GetDirectories(Path.Combine(_folder, "labelled"));
        Assert.Equal(
            DemoClass.All.Where(one => one.IsBase).Select(one => one.Name).Order(StringComparer.Ordinal),
            folders.Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));
        Assert.All(folders, folder => Assert.Equal(2, Directory.GetFiles(folder).Length));
    }

    [Fact]
    public void Another_variant_has_other_pictures()
    {
        string[] Draw(int variant)
        {
            string folder = Path.Combine(_folder, $"{variant}");
            DemoData.Write(
                folder,
                photosPerClass: 1,
                testPerClass: 1,
                labelledPerClass: 1,
                variant: variant,
                cancellation: TestContext.Current.CancellationToken);
            return [.. Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories)
                .Select(file => Convert.ToHexString(File.ReadAllBytes(file)))];
        }

        Assert.Empty(Draw(0).Intersect(Draw(1)));
    }

    [Fact]
    public void No_picture_is_both_a_photo_and_a_test_picture()
    {
        DemoData.Write(
            _folder, photosPerClass: 2, testPerClass: 2, cancellation: TestContext.Current.CancellationToken);

        string[] files = Directory.GetFiles(_folder, "*.png", SearchOption.AllDirectories);
        int different = files.Select(file => Convert.ToHexString(File.ReadAllBytes(file))).Distinct().Count();
        Assert.Equal(files.Length, different);
    }

    [Fact]
    public void Mends_what_a_killed_call_left_and_leaves_the_rest_alone()
    {
        Draw(_folder);
        string photo = Path.Combine(_folder, "photos", "0001.png");
        string other = Path.Combine(_folder, "photos", "0002.png");
        byte[] whole = File.ReadAllBytes(photo);
        File.WriteAllBytes(photo, whole[..20]);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(other, old);

        Draw(_folder);

        Assert.Equal(whole, File.ReadAllBytes(photo));
        Assert.Equal(old, File.GetLastWriteTimeUtc(other));
        Assert.Empty(Directory.GetFiles(_folder, "*.partial", SearchOption.AllDirectories));
        Assert.False(File.Exists(Path.Combine(_folder, ".lock")));
    }

    [Fact]
    public void A_folder_that_another_process_writes_is_refused()
    {
        using var held = new FileStream(
            Path.Combine(_folder, ".lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        var error = Assert.Throws<PromptKDException>(() => Draw(_folder));

        Assert.Contains("another process is writing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_has_gone_is_not_made_anew()
    {
        string run = Path.Combine(_folder, "run");
        using IDisposable hold = DemoData.Hold(run);
        Directory.Delete(run);

        var error = Assert.Throws<PromptKDException>(() => Draw(Path.Combine(run, "pictures")));

        Assert.Contains($"'{run}' was deleted or moved", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run));
    }

    [Fact]
    public void A_file_in_the_way_is_named_in_the_error()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var error = Assert.Throws<PromptKDException>(
            () => DemoData.Write(file, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stops_when_cancelled() =>
        Assert.Throws<OperationCanceledException>(() => DemoData.Write(_folder, cancellation: new(canceled: true)));

    private static void Draw(string folder) => DemoData.Write(
        folder, photosPerClass: 1, testPerClass: 0, cancellation: TestContext.Current.CancellationToken);
}
