using PromptKD.Dassl;
using PromptKD.Tests.Reporting;

namespace PromptKD.Tests.Dassl;

public sealed class DasslRunLogTests : IDisposable
{
    private readonly WrittenLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void A_log_is_not_read_to_its_end_before_a_wish_to_stop_is_heard()
    {
        _logs.Write("run/log.txt", new("CoOp", "OxfordPets", 2), WrittenLogs.Trained(93.7));
        string log = Path.Combine(_logs.Folder, "run", "log.txt");

        Assert.Throws<OperationCanceledException>(() => DasslRunLog.Read(log, new CancellationToken(canceled: true)));
        Assert.Equal(93.7, DasslRunLog.Read(log, TestContext.Current.CancellationToken).Final);
    }
}
