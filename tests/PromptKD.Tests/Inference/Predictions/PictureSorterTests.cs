using PromptKD.Data.Pictures;
using PromptKD.Inference;
using PromptKD.Inference.Predictions;
using PromptKD.Tests.Data;

namespace PromptKD.Tests.Inference.Predictions;

public sealed class PictureSorterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Copies_go_into_the_folder_of_their_class()
    {
        string picture = Write("photos/a.png", "one");

        SortingSummary summary = Sort(asLinks: false, Prediction(picture, "red star"));

        Assert.Equal("one", File.ReadAllText(Sorted("red star/a.png")));
        Assert.Null(new FileInfo(Sorted("red star/a.png")).LinkTarget);
        Assert.Equal((1, 0), (summary.Placed, summary.AlreadyThere));
        Assert.Empty(summary.InTheWay);
        Assert.Equal("one", File.ReadAllText(picture));
    }

    [Theory]
    [InlineData("AC/DC supply", "AC%2FDC supply")]
    [InlineData("..", "%2E%2E")]
    [InlineData("a:b", "a%3Ab")]
    public void A_class_that_a_folder_cannot_be_called_is_spelled_in_percent(string name, string folder)
    {
        Sort(asLinks: false, Prediction(Write("photos/a.png", "one"), name));

        Assert.True(File.Exists(Sorted($"{folder}/a.png")));
    }

    [Fact]
    public void Pictures_of_one_name_are_told_apart_by_number_again_and_again()
    {
        PicturePrediction[] three =
        [
            Prediction(Write("one/a.png", "1"), "cat"), Prediction(Write("two/A.png", "2"), "cat"),
            Prediction(Write("three/a.png", "3"), "cat"),
        ];

        Sort(asLinks: false, three);
        SortingSummary again = Sort(asLinks: false, three);

        string[] placed = ["cat/a.png", "cat/A-2.png", "cat/a-3.png"];
        Assert.Equal(
            ["1", "2", "3"], placed.Select(name => File.ReadAllText(Sorted(name))));
        Assert.Equal((0, 3), (again.Placed, again.AlreadyThere));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_that_is_moved_meanwhile_is_not_made_anew(bool asLinks)
    {
        string sorted = Path.Combine(_folder, "sorted");
        using var sorter = new PictureSorter(sorted, asLinks);
        sorter.Add(new PictureItem(Write("photos/a.png", "one")), "cat");
        Directory.Move(sorted, $"{sorted}-elsewhere");

        var error = Assert.Throws<PromptKDException>(
            () => sorter.Add(new PictureItem(Write("photos/b.png", "two")), "dog"));

        Assert.Contains(
            $"the folder '{sorted}' was deleted or moved while it was being written.",
            error.Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(sorted));
    }

    [Fact]
    public void What_a_killed_call_left_is_cleared_where_nothing_is_written_any_more()
    {
        PicturePrediction prediction = Prediction(Write("photos/a.png", "one"), "cat");
        Sort(asLinks: false, prediction);
        string ending = $"{Environment.MachineName}-{int.MaxValue}.partial"; // No process has such a number.
        string[] left = [Sorted($"cat/a.png.{ending}"), Sorted($"cat/dog/b.png.{ending}"), Sorted($"c.png.{ending}")];
        foreach (string file in left)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "half");
        }

        SortingSummary summary = Sort(asLinks: false, prediction);

        Assert.Equal(1, summary.AlreadyThere);
        Assert.DoesNotContain(left, File.Exists);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_there_is_kept_and_told(bool asLinks)
    {
        string other = Write("sorted/cat/a.png", "something else");

        SortingSummary summary = Sort(asLinks, Prediction(Write("photos/a.png", "one"), "cat"));

        Assert.Equal("something else", File.ReadAllText(other));
        Assert.Equal([other], summary.InTheWay);
        Assert.Equal((0, 0), (summary.Placed, summary.AlreadyThere));
    }

    [Fact]
    public void Links_lead_to_the_pictures_and_stand_for_them_in_the_next_call()
    {
        string picture = Write("photos/a.png", "one");

        SortingSummary first = Sort(asLinks: true, Prediction(picture, "cat"));
        SortingSummary second = Sort(asLinks: true, Prediction(picture, "cat"));

        Assert.Equal(picture, new FileInfo(Sorted("cat/a.png")).LinkTarget);
        Assert.Equal((1, 1), (first.Placed, second.AlreadyThere));
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_in_the_way_and_stays()
    {
        Directory.CreateDirectory(Sorted("cat"));
        File.CreateSymbolicLink(Sorted("cat/a.png"), "/nowhere/else.png");

        SortingSummary summary = Sort(asLinks: false, Prediction(Write("photos/a.png", "one"), "cat"));

        Assert.Equal([Sorted("cat/a.png")], summary.InTheWay);
        Assert.Equal("/nowhere/else.png", new FileInfo(Sorted("cat/a.png")).LinkTarget);
    }

    [Fact]
    public void A_picture_of_a_shard_is_copied_under_a_name_that_says_what_it_is()
    {
        string shard = Write("photos.bin", "head");
        byte[] png = TestPictures.Gradient(8, 8);
        File.AppendAllText(shard, "");
        using (FileStream file = File.Open(shard, FileMode.Append))
        {
            file.Write(png);
        }

        var picture = new PictureItem($"{shard}/row:12") { Bytes = new FileBytes(shard, Offset: 4, png.Length) };
        Sort(asLinks: true, Prediction(picture.Path, "cat") with { Picture = picture });

        Assert.Equal(png, File.ReadAllBytes(Sorted("cat/row%3A12.png")));
    }

    [Fact]
    public void One_picture_that_is_named_twice_is_sorted_once()
    {
        string picture = Write("photos/a.png", "one");

        Assert.Equal(1, Sort(asLinks: false, Prediction(picture, "cat"), Prediction(picture, "cat")).Placed);
    }

    [Fact]
    public void What_has_no_answer_goes_to_none()
    {
        Sort(asLinks: false, Prediction(Write("photos/a.png", "one"), "cat") with { Threshold = 0.9 });

        Assert.True(File.Exists(Sorted("none/a.png")));
    }

    [Fact]
    public void A_picture_that_has_gone_is_said_in_one_line()
    {
        PromptKDException mistake = Assert.Throws<PromptKDException>(
            () => Sort(asLinks: false, Prediction(Path.Combine(_folder, "gone.png"), "cat")));

        Assert.EndsWith("gone.png: cannot be copied: no such file.", mistake.Message, StringComparison.Ordinal);
    }

    private static PicturePrediction Prediction(string path, string name) =>
        new(path, [new ClassProbability(name, 0, 0.5)]);

    private SortingSummary Sort(bool asLinks, params PicturePrediction[] predictions)
    {
        using var sorter = new PictureSorter(Path.Combine(_folder, "sorted"), asLinks);
        foreach (PicturePrediction prediction in predictions)
        {
            sorter.Add(
                prediction.Picture ?? new PictureItem(prediction.Path), FolderName.Of(prediction.Answer ?? "none"));
        }

        return sorter.Summary;
    }

    private string Sorted(string name) => Path.Combine(_folder, "sorted", name);

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }
}
