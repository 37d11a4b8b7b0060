namespace PromptKD.Models.Weights;

/// <summary>The table of OpenAI's published CLIPs: openai/CLIP, clip/clip.py.</summary>
internal static class OpenAiModels
{
    /// <summary>What distinguishes a name of this table from a path.</summary>
    public const string Prefix = "openai:";

    /// <summary>Every row.</summary>
    public static IReadOnlyList<OpenAiModel> All { get; } =
    [
        new("RN50", "RN50.pt", "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762"),
        new("RN101", "RN101.pt", "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599"),
        new("RN50x4", "RN50x4.pt", "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd"),
        new("RN50x16", "RN50x16.pt", "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa"),
        new("RN50x64", "RN50x64.pt", "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c"),
        new("ViT-B/32", "ViT-B-32.pt", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"),
        new("ViT-B/16", "ViT-B-16.pt", "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f"),
        new("ViT-L/14", "ViT-L-14.pt", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836"),
        new("ViT-L/14@336px", "ViT-L-14-336px.pt", "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02"),
    ];

    /// <summary>What a name may mean that is no path: a sentence with a blank before it, or nothing.</summary>
    public static string Suggest(string name)
    {
        if (All.FirstOrDefault(model => name.Equals(model.Name, StringComparison.OrdinalIgnoreCase)) is { } model)
        {
            return $" Is {Prefix}{model.Name} meant?";
        }

        return name.Split('/') is [{ Length: > 0 }, { Length: > 0 } last] && !Path.HasExtension(last)
            ? $" Is it a model of Hugging Face's hub? Give hf:{name}, or its folder."
            : "";
    }

    /// <param name="name"><see cref="Prefix"/> and OpenAI's name or the file's, such as <c>openai:ViT-B-16</c>.</param>
    /// <exception cref="PromptKDException">There is no such model.</exception>
    public static OpenAiModel Find(string name)
    {
        string wanted = name[Prefix.Length..];
        return All.FirstOrDefault(model =>
                wanted.Equals(model.Name, StringComparison.OrdinalIgnoreCase)
                || wanted.Equals(Path.GetFileNameWithoutExtension(model.FileName), StringComparison.OrdinalIgnoreCase))
            ?? throw new PromptKDException(
                $"{name}: OpenAI published no such model. Expected {Prefix} and one of "
                + $"{string.Join(", ", All.Select(model => model.Name))}.");
    }
}
