namespace PromptKD.Configuration;

/// <summary>One key of the configuration.</summary>
/// <param name="Name">The full key, such as <c>OPTIM.LR</c>.</param>
/// <param name="Default">Its default, which also gives its type.</param>
/// <param name="IsOwn">Whether the key is ours and not Dassl's.</param>
/// <param name="HasEffect">Whether anything reads it.</param>
/// <param name="Rules">What its value must obey besides its type.</param>
internal sealed record ConfigKey(
    string Name,
    object Default,
    bool IsOwn,
    bool HasEffect,
    IReadOnlyList<ValueRuleAttribute> Rules)
{
    private const int LongestShown = 200; // Letters of a value in a message.

    /// <summary>Type of the value.</summary>
    public Type Type => Default.GetType();

    /// <summary>What a value of the type has to be and is not, or null.</summary>
    public string? Misses(object value) => Rules.FirstOrDefault(rule => !rule.Accepts(value))?.Expected;

    /// <summary>That a value cannot be, in a sentence.</summary>
    /// <param name="expected">Completes "must be …".</param>
    /// <param name="value">The value, or what was read in its place.</param>
    public string Refusal(string expected, object? value)
    {
        string shown = ConfigValue.Show(value);
        return $"{Name} must be {expected}, not "
            + (shown.Length <= LongestShown ? $"{shown}." : $"{shown.AsSpan(0, LongestShown)}….");
    }
}
