using System.Text.Json;
using System.Text.Json.Serialization;

namespace PromptKD.Text;

/// <summary>The hand-written prompts of CoOp and its successors.</summary>
internal static class PromptTemplates
{
    private static readonly Lazy<TemplateFile> s_resource = new(() =>
    {
        using Stream stream = EmbeddedFile.Open("templates.json");
        return JsonSerializer.Deserialize(stream, TextJson.Default.TemplateFile)!;
    });

    private static readonly Lazy<PromptTemplate[]> s_imageNet = new(() => Parse(s_resource.Value.ImageNet));

    private static readonly Lazy<PromptTemplate[]> s_imageNetSelect = new(() => Parse(s_resource.Value.ImageNetSelect));

    private static readonly Lazy<Dictionary<string, PromptTemplate>> s_datasets = new(() =>
        s_resource.Value.PerDataset.ToDictionary(
            entry => entry.Key,
            entry => new PromptTemplate(entry.Value),
            StringComparer.OrdinalIgnoreCase));

    /// <summary>The 60 sentences over which PromptSRC averages the text features of each class.</summary>
    public static IReadOnlyList<PromptTemplate> ImageNet => s_imageNet.Value;

    /// <summary>The 7 sentences of the zero-shot ensemble.</summary>
    public static IReadOnlyList<PromptTemplate> ImageNetSelect => s_imageNetSelect.Value;

    /// <summary>Names of the datasets that have a sentence of their own, as DATASET.NAME spells them.</summary>
    public static IReadOnlyCollection<string> Datasets => s_datasets.Value.Keys;

    /// <summary>The sentence of one dataset.</summary>
    /// <param name="dataset">DATASET.NAME; case does not count.</param>
    /// <exception cref="PromptKDException">No such dataset is known.</exception>
    public static PromptTemplate ForDataset(string dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return s_datasets.Value.TryGetValue(dataset, out PromptTemplate? template)
            ? template
            : throw new PromptKDException(
                $"No prompt template is known for the dataset '{dataset}', only for {string.Join(", ", Datasets)}.");
    }

    /// <summary>
    /// The sentences of the zero-shot ensemble for one dataset: the 7, and but for ImageNet the dataset's own.
    /// </summary>
    /// <param name="dataset">As in <see cref="ForDataset"/>.</param>
    /// <exception cref="PromptKDException">No such dataset is known.</exception>
    public static IReadOnlyList<PromptTemplate> EnsembleFor(string dataset)
    {
        PromptTemplate own = ForDataset(dataset);
        return string.Equals(dataset, "ImageNet", StringComparison.OrdinalIgnoreCase)
            ? ImageNetSelect
            : [.. ImageNetSelect, own];
    }

    private static PromptTemplate[] Parse(string[] patterns) =>
        [.. patterns.Select(pattern => new PromptTemplate(pattern))];
}

/// <summary>The file that holds them.</summary>
internal sealed record TemplateFile(
    [property: JsonPropertyName("imagenet")] string[] ImageNet,
    [property: JsonPropertyName("imagenet_select")] string[] ImageNetSelect,
    [property: JsonPropertyName("per_dataset")] Dictionary<string, string> PerDataset);
