using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PromptKD.Inference;

namespace PromptKD.Extensions.AI;

/// <summary>Whether the classifier of a host answers.</summary>
/// <param name="provider">Gives it, and loads it with the first check.</param>
internal sealed class ClassifierHealth(IServiceProvider provider) : IHealthCheck
{
    private const int Side = 8;

    private static readonly byte[] s_grey = [.. Enumerable.Repeat((byte)128, Side * Side)];

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            IPictureClassifier classifier = provider.GetRequiredService<IPictureClassifier>();
            await classifier.ClassifyAsync(
                PictureInput.FromPixels(s_grey, Side, Side, PixelLayout.Grey),
                cancellationToken: cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"{classifier.ClassNames.Count} classes");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The classifier does not answer.", error);
        }
    }
}
