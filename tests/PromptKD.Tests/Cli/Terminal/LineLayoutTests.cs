using PromptKD.Cli.Terminal;

namespace PromptKD.Tests.Cli.Terminal;

public sealed class LineLayoutTests
{
    // Columns as the terminals' common tables (wcwidth) have them, counted by hand.
    [Theory]
    [InlineData("red star", 8)]
    [InlineData("café", 4)]
    [InlineData("cafe\u0301", 4)]
    [InlineData("犬と猫", 6)]
    [InlineData("강아지", 6)]
    [InlineData("🐕 dog", 6)]
    [InlineData("👩‍🚀", 2)]
    [InlineData("", 0)]
    public void Counts_the_columns_of_a_text(string text, int columns) =>
        Assert.Equal(columns, LineLayout.Columns(text));

    [Theory]
    [InlineData(200, "epoch 12/20  batch 3/120  loss 0.1234  agreement 45 %  61.2 images/s  1 min 02 s left")]
    [InlineData(80, "epoch 12/20  batch 3/120  loss 0.1234  agreement 45 %  1 min 02 s left")]
    [InlineData(60, "epoch 12/20  batch 3/120  loss 0.1234  1 min 02 s left")]
    [InlineData(40, "epoch 12/20  batch 3/120")]
    [InlineData(11, "epoch 12/20")]
    [InlineData(8, "epoch 1…")]
    [InlineData(1, "…")]
    public void Leaves_out_what_weighs_least_until_the_rest_fits(int columns, string expected)
    {
        string line = LineLayout.Fit(
            [
                ("epoch 12/20", 6), ("batch 3/120", 5), ("loss 0.1234", 3), ("agreement 45 %", 2), ("61.2 images/s", 1),
                ("1 min 02 s left", 4),
            ],
            columns);

        Assert.Equal(expected, line);
    }

    [Theory]
    [InlineData("犬と猫の写真", 12, "犬と猫の写真")]
    [InlineData("犬と猫の写真", 11, "犬と猫の写…")]
    [InlineData("犬と猫の写真", 4, "犬…")]
    [InlineData("🐕🐈🐎", 5, "🐕🐈…")]
    public void Cuts_between_letters_that_take_two_columns(string text, int columns, string expected)
    {
        string cut = LineLayout.Cut(text, columns);

        Assert.Equal(expected, cut);
        Assert.True(LineLayout.Columns(cut) <= columns);
    }

    [Fact]
    public void Breaks_lines_between_words_and_leaves_a_path_whole()
    {
        string[] lines =
        [
            .. LineLayout.Wrap(
                "Cannot write 'runs/my photos/student/model.json': no space. That's all of it.", columns: 20),
        ];

        Assert.Equal(
            ["Cannot write", "'runs/my photos/student/model.json':", "no space. That's all", "of it."], lines);
    }

    [Theory]
    [InlineData("an 'open quotation of several words", 12, "an 'open|quotation of|several|words")]
    [InlineData("two  blanks", 40, "two  blanks")]
    [InlineData("", 40, "")]
    public void Breaks_lines_of_other_texts(string text, int columns, string expected) =>
        Assert.Equal(expected, string.Join('|', LineLayout.Wrap(text, columns)));
}
