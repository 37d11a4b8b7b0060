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
    /// <summary>Type of the value.</summary>
    public Type Type => Default.GetType();
}
