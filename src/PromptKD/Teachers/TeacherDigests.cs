namespace PromptKD.Teachers;

/// <summary>What tells a teacher from every other.</summary>
/// <param name="Weights">SHA-256 of its weights.</param>
/// <param name="Prompts">SHA-256 of its learned prompts; <see cref="OpenedTeacher.NoPrompts"/> for plain CLIP.</param>
/// <param name="Vocabulary">SHA-256 of the vocabulary that made its class vectors.</param>
internal sealed record TeacherDigests(string Weights, string Prompts, string Vocabulary)
{
    /// <summary>The digests under the names that a run keeps them by.</summary>
    /// <param name="number">Which teacher it is, from 1. The first one's names have no number.</param>
    public IEnumerable<KeyValuePair<string, string>> Named(int number)
    {
        string name = number == 1 ? "teacher" : $"teacher {number}";
        yield return KeyValuePair.Create(name, Weights);
        yield return KeyValuePair.Create(number == 1 ? "vocabulary" : $"{name} vocabulary", Vocabulary);
        if (Prompts != OpenedTeacher.NoPrompts)
        {
            yield return KeyValuePair.Create($"{name} prompts", Prompts);
        }
    }
}
