using PromptKD.Cli.Terminal;

namespace PromptKD.Tests.Cli.Terminal;

public sealed class StatusLineTests : IDisposable
{
    private readonly StringWriter _terminal = new();
    private int _columns = 40;

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void Renews_itself_within_one_row()
    {
        StatusLine line = Line();

        line.Show([(new string('a', 50), 1)]);
        line.Show([("short", 1)]);

        Assert.Equal($"\r{new string('a', 38)}…\u001b[J\rshort\u001b[J", _terminal.ToString());
    }

    [Fact]
    public void Takes_away_the_rows_into_which_a_narrower_window_has_broken_it()
    {
        StatusLine line = Line();
        line.Show([(new string('a', 39), 1)]);
        _terminal.GetStringBuilder().Clear();

        // 39 columns are two rows of 20.
        _columns = 20;
        line.Show([("short", 1)]);

        Assert.Equal("\r\u001b[1Ashort\u001b[J", _terminal.ToString());
    }

    [Fact]
    public void Writes_nothing_to_be_taken_away_where_nothing_is_shown()
    {
        StatusLine line = Line();

        line.Erase();
        line.Show([("shown", 1)]);
        line.Erase();
        line.Erase();

        Assert.Equal("\rshown\u001b[J\r\u001b[J", _terminal.ToString());
    }

    private StatusLine Line() => new(_terminal, () => _columns);
}
