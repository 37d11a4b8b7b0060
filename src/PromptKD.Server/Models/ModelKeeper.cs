using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PromptKD.Server.Models;

/// <summary>
/// Loads all models when the host starts, loads anew what is replaced on disk, and turns unready before the end.
/// </summary>
internal sealed partial class ModelKeeper(
    PromptKDServerOptions options,
    ModelRegistry registry,
    ModelLoader loader,
    TextTowerHolder texts,
    IHostApplicationLifetime lifetime,
    ILogger<ModelKeeper> logger) : BackgroundService, IHostedLifecycleService
{
    private readonly Dictionary<ModelSlot, ModelStamp> _served = [];
    private readonly Dictionary<ModelSlot, ModelStamp> _seen = [];
    private ExceptionDispatchInfo? _fault;

    /// <summary>Throws why the host had to stop, if it had to.</summary>
    /// <exception cref="PromptKDException">A model could not be loaded at the start.</exception>
    public void ThrowFault() => _fault?.Throw();

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        registry.BeginEnd();
        LogEnding(logger, options.UnreadyFor);
        await Task.Delay(options.UnreadyFor, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Looks once at every place: what has changed and rests since the last look is loaded.</summary>
    public void Look()
    {
        foreach (ModelSlot slot in registry.Slots)
        {
            var stamp = ModelStamp.Of(slot.Source);
            bool rests = _seen.TryGetValue(slot, out ModelStamp? before) && before == stamp;
            _seen[slot] = stamp;
            if (rests && stamp != _served.GetValueOrDefault(slot))
            {
                TryReload(slot, stamp);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Behind the server itself: while models are loaded, it says that it lives and is not ready.
            await Started(stoppingToken).ConfigureAwait(false);
            await Task.Run(() => LoadAll(stoppingToken), stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error)
        {
            // Nothing is served before all is: who starts a server wants to hear of it now.
            _fault = ExceptionDispatchInfo.Capture(error);
            LogFault(logger, error.Message);
            lifetime.StopApplication();
            return;
        }

        if (options.ReloadEvery > TimeSpan.Zero)
        {
            using var timer = new PeriodicTimer(options.ReloadEvery);
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                Look();
            }
        }
    }

    private async Task Started(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = lifetime.ApplicationStarted.Register(
            started.SetResult);
        await started.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private void LoadAll(CancellationToken cancellation)
    {
        texts.Load(cancellation);
        foreach (ModelSlot slot in registry.Slots)
        {
            _served[slot] = _seen[slot] = ModelStamp.Of(slot.Source);
            slot.Replace(loader.Load(slot));
        }

        if (logger.IsEnabled(LogLevel.Information))
        {
            string names = string.Join(
                ", ", registry.Slots.Select(slot => $"{slot.Source.Name}@{slot.Source.Version}"));
            LogReady(logger, names);
        }
    }

    // A copy that is not finished yet fails by its digests; the next change of its files is the next attempt.
    private void TryReload(ModelSlot slot, ModelStamp stamp)
    {
        _served[slot] = stamp;
        try
        {
            slot.Replace(loader.Load(slot));
            slot.Meters.OnReload("replaced");
            LogReplaced(logger, slot.Source.Name, slot.Source.Version);
        }
        catch (PromptKDException error)
        {
            slot.Meters.OnReload("refused");
            LogRefused(logger, slot.Source.Name, slot.Source.Version, error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Ready: {Models}")]
    private static partial void LogReady(ILogger logger, string models);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Stopping: not ready any more, ends in {After} and behind the last request")]
    private static partial void LogEnding(ILogger logger, TimeSpan after);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Fault}")]
    private static partial void LogFault(ILogger logger, string fault);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "{Name}@{Version} was replaced on disk: the new one is served")]
    private static partial void LogReplaced(ILogger logger, string name, string version);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Name}@{Version} has changed on disk, but cannot be loaded; the former is still served: {Fault}")]
    private static partial void LogRefused(ILogger logger, string name, string version, string fault);
}
