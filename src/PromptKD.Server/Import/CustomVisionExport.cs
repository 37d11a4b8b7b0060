using System.Text.Json;
using System.Text.Json.Serialization;
using PromptKD.Runtime;

namespace PromptKD.Server.Import;

/// <summary>
/// A folder with what Custom Vision's training API says of a project's pictures (<c>GetTaggedImages</c>, one or several
/// JSON files) and the pictures themselves.
/// </summary>
internal static class CustomVisionExport
{
    private const long LargestFile = 256 << 20;

    private static readonly string[] s_endings = ["", ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];

    /// <summary>The pictures that its JSON files name.</summary>
    /// <exception cref="PromptKDException">There is no such file, or it cannot be read.</exception>
    public static IReadOnlyList<ExportedImage> Read(string folder)
    {
        string[] files = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)]
            : throw new PromptKDException($"No folder at '{folder}'. Give the folder of a project's pictures.")
            {
                Code = PromptKDError.MissingFile,
            };
        return files.Length > 0
            ? [.. files.SelectMany(Parse)]
            : throw new PromptKDException(
                $"{folder}: no JSON file. Keep the answers of GetTaggedImages there, beside the pictures.");
    }

    /// <summary>
    /// The file of a picture: called as its id, or as the end of its address; null where there is none.
    /// </summary>
    public static string? Find(string folder, ExportedImage image)
    {
        string? address = Uri.TryCreate(image.OriginalImageUri, UriKind.Absolute, out Uri? uri)
            ? Path.GetFileName(Uri.UnescapeDataString(uri.AbsolutePath))
            : null;
        return new[] { image.Id.ToString("D"), image.Id.ToString("N"), address }
            .Where(name => !string.IsNullOrEmpty(name))
            .SelectMany(name => s_endings.Select(ending => Path.Combine(folder, name + ending)))
            .FirstOrDefault(File.Exists);
    }

    private static List<ExportedImage> Parse(string path)
    {
        try
        {
            byte[] bytes = RegularFile.Explain(path, file => BoundedBytes.ReadFile(file, LargestFile));
            List<ExportedImage> images = JsonSerializer.Deserialize(bytes, ImportJson.Default.ListExportedImage)
                ?? throw new JsonException("it is null");
            return images.Any(HasNull)
                ? throw new JsonException("null where a picture, tag or region belongs")
                : images;
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            throw new PromptKDException(
                $"{path}: not what GetTaggedImages answers, a list of pictures: "
                + error.Message.ReplaceLineEndings(" "),
                error);
        }
    }

    private static bool HasNull(ExportedImage? image) =>
        image is null || image.Tags?.Contains(null!) == true || image.Regions?.Contains(null!) == true;
}

/// <summary>A picture of a project.</summary>
internal sealed record ExportedImage
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where it was.</summary>
    public string? OriginalImageUri { get; init; }

    /// <summary>What it shows; of projects that find objects, what its regions show.</summary>
    public IReadOnlyList<ExportedTag>? Tags { get; init; }

    /// <summary>Where what is.</summary>
    public IReadOnlyList<ExportedRegion>? Regions { get; init; }
}

/// <summary>A tag of a picture.</summary>
/// <param name="TagName">Becomes a class.</param>
internal sealed record ExportedTag(string TagName);

/// <summary>A box in a picture; all as fractions of its sides.</summary>
internal sealed record ExportedRegion(string TagName, double Left, double Top, double Width, double Height);

/// <summary>How it is read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<ExportedImage>))]
internal sealed partial class ImportJson : JsonSerializerContext;
