namespace PromptKD.Data;

/// <summary>One picture of a data set.</summary>
/// <param name="Path">The file.</param>
/// <param name="Label">Number of its class, from 0; null where nobody has labelled it.</param>
/// <param name="ClassName">Name of its class, where known.</param>
internal sealed record ImageItem(string Path, int? Label = null, string? ClassName = null);
