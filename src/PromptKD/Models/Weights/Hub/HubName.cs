using System.Text.RegularExpressions;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights.Hub;

/// <summary>Names of models on Hugging Face's hub: those of the table, and repositories by their own.</summary>
internal static partial class HubName
{
    private const string Hub = "hf:";
    private const string OpenClip = "open_clip:";

    /// <summary>The folder of a model that is named; what is no name stays as it is.</summary>
    /// <param name="given">A path or a name.</param>
    /// <param name="observer">Is told of a download; null for nobody.</param>
    /// <param name="cancellation">Stops a download; what has arrived is kept.</param>
    /// <exception cref="PromptKDException">There is no such model, or it is not here and cannot be fetched.</exception>
    public static string Resolve(string given, IRunObserver? observer, CancellationToken cancellation) =>
        RepositoryOf(given) is not { } repository
            ? given
            : HubCache.Current.Find(repository) ?? new HubFetch(HubCache.Current, observer)
                .Fetch(given, repository, cancellation);

    /// <summary>The repository that is named; null for a path.</summary>
    /// <exception cref="PromptKDException">It is none of the hub's, or of a family that has no such model.</exception>
    public static string? RepositoryOf(string given)
    {
        string? prefix = new[] { Hub, OpenClip }.FirstOrDefault(
            one => given.StartsWith(one, StringComparison.OrdinalIgnoreCase));
        if (prefix is null)
        {
            return Path.Exists(given) ? null : PublishedModels.RepositoryOf(given);
        }

        string repository = given[prefix.Length..];
        return RepositoryPattern().IsMatch(repository) && !repository.Contains("..", StringComparison.Ordinal)
            ? repository
            : throw new PromptKDException(
                $"{Printable.Line(given)}: expected {prefix}ORG/NAME, a repository of Hugging Face's hub, such as "
                + $"{prefix}timm/ViT-B-16-SigLIP.");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\z")]
    private static partial Regex RepositoryPattern();
}
