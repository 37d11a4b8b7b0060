namespace PromptKD.Text;

/// <summary>Two symbols of a vocabulary that become one.</summary>
internal readonly record struct MergePair(string First, string Second);
