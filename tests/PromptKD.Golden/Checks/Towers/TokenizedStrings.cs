namespace PromptKD.Golden.Checks.Towers;

/// <summary>Token ids of every string of a case.</summary>
internal static class TokenizedStrings
{
    public static IEnumerable<Comparison> Compare(GoldenCase golden, Dictionary<string, Tensor> expected) => [];
}
