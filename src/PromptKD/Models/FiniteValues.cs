namespace PromptKD.Models;

/// <summary>Finds values that are no numbers any more: what diverged must not be saved over what is good.</summary>
internal static class FiniteValues
{
    /// <summary>The first tensor that holds a NaN or an infinity; null where all values are finite.</summary>
    public static string? FindFault(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using IDisposable noGradients = no_grad();
        foreach ((string name, Tensor value) in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            if (value.is_floating_point() && !value.isfinite().all().item<bool>())
            {
                return name;
            }
        }

        return null;
    }
}
