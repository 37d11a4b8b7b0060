namespace PromptKD.Models.Weights;

/// <summary>One of the weight files that OpenAI published.</summary>
/// <param name="Name">OpenAI's name, such as <c>ViT-B/16</c>.</param>
/// <param name="FileName">Name of the file, such as <c>ViT-B-16.pt</c>.</param>
/// <param name="Sha256">SHA-256 of the file, 64 lower-case hexadecimal digits.</param>
internal sealed record OpenAiModel(string Name, string FileName, string Sha256)
{
    /// <summary>Where OpenAI serves it: the digest is part of the address.</summary>
    public Uri Address => new($"https://openaipublic.azureedge.net/clip/models/{Sha256}/{FileName}");
}
