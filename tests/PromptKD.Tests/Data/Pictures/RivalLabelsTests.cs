using System.Text;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Tests.Data.Pictures;

public sealed class RivalLabelsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void One_picture_in_two_classes_is_said_with_both_places()
    {
        PictureItem[] pictures =
            [Make("a.png", "1", 0), Make("b.png", "2", 0), Make("c.png", "1", 1), Make("d.png", "2", 0)];

        Assert.Equal(
            [
                $"1 picture has the bytes of one of another class: '{pictures[2].Path}' is '{pictures[0].Path}'. One of "
                + "the two labels is wrong: remove that picture.",
            ],
            Warnings(pictures));
    }

    [Fact]
    public void Of_many_the_first_are_named_and_the_others_counted()
    {
        PictureItem[] pictures = [.. Enumerable.Range(0, 6).Select(label => Make($"{label}.png", "1", label))];

        string warning = Assert.Single(Warnings(pictures));

        Assert.StartsWith("5 pictures have", warning, StringComparison.Ordinal);
        Assert.Contains(
            $"'{pictures[3].Path}' is '{pictures[0].Path}' and 2 more. One", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_without_labels_and_those_that_are_not_there_say_nothing()
    {
        PictureItem[] missing =
            [new(Path.Combine(_folder, "x.png"), 0, "c0"), new(Path.Combine(_folder, "y.png"), 1, "c1")];

        Assert.Empty(Warnings([Make("a.png", "1", null), Make("b.png", "1", null), Make("c.png", "1", 0)]));
        Assert.Empty(Warnings(missing));
        Assert.Empty(Warnings([]));
    }

    [Fact]
    public void Unhashed_ones_are_found_by_what_they_hold_not_by_how_large_they_are()
    {
        PictureItem[] pictures =
        [
            Make("a.png", "12", 0), Make("b.png", "21", 1), Make("c.png", "123", 1), Make("d.png", "12", 1),
            Make("e.png", "123", 1),
        ];

        Assert.Equal(
            $"1 picture has the bytes of one of another class: '{pictures[3].Path}' is '{pictures[0].Path}'. One of "
            + "the two labels is wrong: remove that picture.",
            RivalLabels.Find(pictures, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Unhashed_ones_are_found_in_archives_and_tables_whose_rows_tell_no_size()
    {
        string path = Path.Combine(_folder, "shard.tar");
        File.WriteAllText(path, "..xyz.xyz...xyy");
        PictureItem Part(int offset, int label) => new($"{path}/{offset}", label, $"c{label}")
        {
            Bytes = new FileBytes(path, offset, 3),
        };
        PictureItem Row(string name, int label) => new(name, label, $"c{label}") { Bytes = new Row(path, "xyz") };

        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.Contains(
            $"'{path}/6' is '{path}/2'", RivalLabels.Find([Part(2, 0), Part(6, 1), Part(12, 1)], stop)!,
            StringComparison.Ordinal);
        Assert.Contains(
            "'t#1' is 't#0'", RivalLabels.Find([Row("t#0", 3), Row("t#1", 4)], stop)!, StringComparison.Ordinal);
    }

    [Fact]
    public void Unhashed_ones_that_agree_are_gone_or_have_no_label_say_nothing()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        PictureItem gone = new(Path.Combine(_folder, "x.png"), 1, "c1");

        Assert.Null(RivalLabels.Find([Make("a.png", "1", 0), Make("b.png", "1", 0), gone, gone], stop));
        Assert.Null(RivalLabels.Find([Make("c.png", "1", null), Make("d.png", "1", 0), Make("e.png", "", 1)], stop));
        Assert.Null(RivalLabels.Find([], stop));
    }

    private PictureItem Make(string name, string content, int? label)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return new PictureItem(path, label, label is null ? null : $"c{label}");
    }

    private List<string> Warnings(PictureItem[] pictures)
    {
        var observer = new Listener();
        PictureDigest digest = PictureDigest.Compute(
            _folder,
            pictures,
            DigestMemory.None,
            checks: false,
            progress: null,
            TestContext.Current.CancellationToken);
        RivalLabels.Warn(pictures, digest.List.Lines, observer);
        return observer.Warnings;
    }

    private sealed record Row(string Path, string Text) : IPictureBytes
    {
        public TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use) => use(Encoding.ASCII.GetBytes(Text));
    }

    private sealed class Listener : IRunObserver
    {
        public List<string> Warnings { get; } = [];

        public void OnWarning(string message) => Warnings.Add(message);
    }
}
