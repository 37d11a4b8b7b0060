using PromptKD.Training;

namespace PromptKD.Tests.Training;

/// <summary>A batch is missing until it was looked for some times.</summary>
internal sealed class AwaitedBatch(int comesAt) : IAwaited
{
    private int _looks;

    public (int Epoch, int Batch) Missing { get; init; } = (1, 2);

    public bool GivesUp { get; init; }

    public int Looks { get; private set; }

    public PromptKDException? GivenUp => GivesUp ? new PromptKDException("given up") : null;

    public bool IsThere(int epoch, int batch)
    {
        Looks++;
        return (epoch, batch) != Missing || _looks++ >= comesAt;
    }

    public void Rest()
    {
    }
}
