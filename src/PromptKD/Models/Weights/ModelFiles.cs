using PromptKD.Models.Clip;
using PromptKD.Models.Weights.Hub;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Models.Weights;

/// <summary>Finds what a user names by path or by name, and fetches what is not on this machine, once.</summary>
internal static class ModelFiles
{
    /// <summary>Opens a CLIP.</summary>
    /// <param name="pathOrName">
    /// A checkpoint, a folder, or a name such as <c>openai:ViT-B/16</c>, <c>dinov2:small</c> or <c>hf:ORG/NAME</c>.
    /// </param>
    /// <param name="observer">Is told of a download; null for nobody.</param>
    /// <param name="cancellation">Stops a download; what has arrived is kept.</param>
    /// <exception cref="PromptKDException">There is none, or it is damaged.</exception>
    public static ClipCheckpoint OpenClip(
        string pathOrName, IRunObserver? observer = null, CancellationToken cancellation = default) =>
        OpenClip(pathOrName, pictureSize: 0, observer, cancellation);

    /// <summary>Opens a CLIP, to look at pictures of another size than it was made for.</summary>
    /// <param name="pathOrName">As in the shorter form.</param>
    /// <param name="pictureSize">
    /// Side of the pictures that it is to look at, pixels; 0 for the size that it was made for.
    /// </param>
    /// <param name="observer">As there.</param>
    /// <param name="cancellation">As there.</param>
    /// <exception cref="PromptKDException">As there; or it cannot look at such pictures.</exception>
    public static ClipCheckpoint OpenClip(
        string pathOrName, int pictureSize, IRunObserver? observer = null, CancellationToken cancellation = default) =>
        ClipCheckpoint.Open(
            HubName.Resolve(pathOrName, observer, cancellation),
            model =>
            {
                string file = Path.Combine(CacheFolder.Current, model.FileName);
                if (!File.Exists(file))
                {
                    observer?.OnPhase($"Fetching {model.Address} into {CacheFolder.Current}");
                    Download.Default.FetchAsync(
                        model.Address, file, model.Sha256, new FetchReporter(observer),
                        cancellation).GetAwaiter().GetResult();
                }

                return file;
            },
            new ClipDetails { ImageSize = pictureSize == 0 ? null : pictureSize });

    /// <summary>Finds CLIP's vocabulary.</summary>
    /// <param name="named">The file that the user names; null or empty to look for it.</param>
    /// <param name="modelFolder">Where the weights lie.</param>
    /// <param name="cancellation">Stops a download.</param>
    /// <exception cref="PromptKDException">There is none, and none can be fetched.</exception>
    public static string FindVocabulary(
        string? named, string modelFolder, CancellationToken cancellation = default) =>
        VocabularyFile.LocateAsync(named, modelFolder, progress: null, cancellation).GetAwaiter().GetResult();

    // Unlike Progress<T>, it reports on the downloading thread, in order.
    private sealed class FetchReporter(IRunObserver? observer) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => observer?.OnFetched(value.Source, value.Received, value.Total);
    }
}
