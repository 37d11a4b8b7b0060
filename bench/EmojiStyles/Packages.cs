using PromptKD;

namespace EmojiStyles;

/// <summary>Where <c>fetch.sh</c> put what.</summary>
/// <param name="Folder">The benchmark's data folder.</param>
internal sealed record Packages(string Folder)
{
    /// <summary>Names and code points of the complete PNG styles.</summary>
    public string EmojiJson => Of("emoji-datasource-google", "emoji.json");

    /// <summary>Names, tags and subcategories.</summary>
    public string OpenMojiJson => Of("openmoji", "data", "openmoji.json");

    /// <summary>Pictures of the target style.</summary>
    public string Fluent3D => Of("lobehub-fluent-emoji-3d", "assets");

    /// <summary>A file or folder of a package.</summary>
    public string Of(string package, params string[] path) =>
        Path.Combine([Folder, "packages", package, "package", .. path]);

    /// <summary>The pictures that were made from drawings, of one style.</summary>
    public string Rendered(string style, string kind) => Path.Combine(Folder, kind, style);

    /// <exception cref="PromptKDException">There is no such file.</exception>
    public static string ReadText(string file) => File.Exists(file)
        ? File.ReadAllText(file)
        : throw new PromptKDException($"There is no '{file}'. Run bench/EmojiStyles/fetch.sh with this folder first.");
}
