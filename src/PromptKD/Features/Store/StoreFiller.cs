using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>Fills stores as the settings of a run load pictures.</summary>
internal static class StoreFiller
{
    /// <summary>Makes what is missing of stores, in one pass over the pictures.</summary>
    /// <param name="config">How pictures are loaded.</param>
    /// <param name="context">Who watches, when it stops; learns the digests of what is written.</param>
    /// <param name="pictures">What is stored of.</param>
    /// <param name="stores">As for <see cref="StoreMaking"/>.</param>
    /// <param name="preparations">How each store's tower wants pictures to be prepared, in their order.</param>
    /// <param name="meter">As for <see cref="StoreMaking.Meter"/>.</param>
    /// <exception cref="PromptKDException">As for <see cref="StoreMaking.Run"/>.</exception>
    public static void Run(
        ExperimentConfig config,
        RunContext context,
        PictureSet pictures,
        IReadOnlyList<StoreToMake> stores,
        IReadOnlyList<Preprocessing> preparations,
        PaceMeter? meter = null)
    {
        var loader = new PictureLoader(
            pictures.Items, preparations, LoadingSettings.Options(config, context.Target.Device));
        loader.Skipped.AddNamed(pictures.Unreadable);
        var making = new StoreMaking(loader, stores)
        {
            Readable = pictures.OnlyReadable,
            Done = context.Observer.OnStored,
            Meter = meter,
            Memory = context.Digests,
        };
        try
        {
            making.Run(context.Stop);
        }
        catch (OperationCanceledException)
        {
            context.Digests.Save();
            throw;
        }

        context.Digests.Save();
        loader.Skipped.Report(context.Observer);
    }
}
