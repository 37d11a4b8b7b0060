using PromptKD.Runtime;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runtime;

/// <summary>The variable belongs to the process, so no other test may run beside these.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class MadeByTests : IDisposable
{
    private const string Variable = "SOURCE_DATE_EPOCH";

    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, _before);

    // date -u -d @86399 and @951782400
    [Theory]
    [InlineData("0", "1970-01-01")]
    [InlineData("86399", "1970-01-01")]
    [InlineData("951782400", "2000-02-29")]
    public void The_day_can_be_given(string seconds, string day)
    {
        Environment.SetEnvironmentVariable(Variable, seconds);

        Assert.Equal(DateOnly.ParseExact(day, "yyyy-MM-dd", null), MadeBy.Today);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("today")]
    [InlineData("99999999999999999")]
    public void Else_it_is_today(string? given)
    {
        Environment.SetEnvironmentVariable(Variable, given);
        DateTime before = DateTime.UtcNow;

        Assert.InRange(MadeBy.Today, DateOnly.FromDateTime(before), DateOnly.FromDateTime(DateTime.UtcNow));
    }
}
