using PromptKD.Cli.Terminal;

namespace PromptKD.Tests.Cli.Terminal;

public sealed class StatusLineTests : IDisposable
{
    private readonly StringWriter _terminal = new();
    private int _columns = 40;

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void Renews_itself_within_one_row_and_leaves_the_cursor_at_its_start()
    {
        StatusLine line = Line();

        line.Show([(new string('a', 50), 1)]);
        line.Show([("short", 1)]);

        Assert.Equal($"\r{new string('a', 38)}…\u001b[J\r\rshort\u001b[J\r", _terminal.ToString());
    }

    [Fact]
    public void Goes_up_into_nothing_that_was_printed_when_the_window_becomes_narrower()
    {
        StatusLine line = Line();
        line.Show([(new string('a', 39), 1)]);
        _terminal.GetStringBuilder().Clear();

        _columns = 20;
        line.Show([(new string('b', 39), 1)]);
        line.Erase();

        Assert.Equal($"\r{new string('b', 18)}…\u001b[J\r\r\u001b[J", _terminal.ToString());
    }

    [Fact]
    public void Writes_nothing_to_be_taken_away_where_nothing_is_shown()
    {
        StatusLine line = Line();

        line.Erase();
        line.Show([("shown", 1)]);
        line.Erase();
        line.Erase();

        Assert.Equal("\rshown\u001b[J\r\r\u001b[J", _terminal.ToString());
    }

    private StatusLine Line() => new(_terminal, () => _columns);
}
