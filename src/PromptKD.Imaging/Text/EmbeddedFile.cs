namespace PromptKD.Text;

/// <summary>The data files of <c>Text/Resources</c>, which the assembly contains.</summary>
internal static class EmbeddedFile
{
    /// <summary>Opens one of them for reading.</summary>
    /// <param name="name">Its file name, without a folder.</param>
    public static Stream Open(string name) =>
        typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"The assembly has no resource '{name}'.");
}
