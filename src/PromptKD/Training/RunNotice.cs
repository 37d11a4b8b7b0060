namespace PromptKD.Training;

/// <summary>Something that is wrong with a run although it goes on: what the guard says of it.</summary>
/// <param name="Code">
/// A word for programs, such as <c>answersCollapsed</c>; each stands in docs/how-to/read-a-run.md.
/// </param>
/// <param name="Epoch">When it was first so: 0 before the first epoch.</param>
/// <param name="Message">What is seen, with its numbers, and what to change; a line.</param>
/// <param name="Holds">Whether it was still so when the guard looked last.</param>
public sealed record RunNotice(string Code, int Epoch, string Message, bool Holds);
