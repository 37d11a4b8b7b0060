namespace PromptKD.Configuration;

/// <summary>One key in which two configurations differ.</summary>
/// <param name="Key">The full key, such as <c>OPTIM.LR</c>.</param>
/// <param name="First">Its value in the first configuration.</param>
/// <param name="Second">Its value in the second configuration.</param>
public sealed record ConfigDifference(string Key, object First, object Second)
{
    /// <summary>The difference in words: <c>OPTIM.LR is 0.005 and 0.002</c>.</summary>
    public override string ToString() => $"{Key} is {ConfigValue.Show(First)} and {ConfigValue.Show(Second)}";
}
