namespace PromptKD.Scale;

/// <summary>How fast processes learn together.</summary>
/// <param name="Steps">A second.</param>
/// <param name="Pictures">A second.</param>
/// <param name="Lost">Share of the time in exchanges and in waiting for the slowest.</param>
internal sealed record LearningPace(double Steps, double Pictures, double Lost);
