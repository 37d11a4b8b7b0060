namespace PromptKD.Text.Names;

/// <summary>Finds what a misspelt name was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>The candidate that the fewest edits make of a name, regardless of case; the first of equals.</summary>
    public static string To(string name, IEnumerable<string> candidates) =>
        candidates.MinBy(candidate => Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant()))!;

    /// <summary>As <see cref="To"/>, if the edits are few for a word of that length; else null.</summary>
    public static string? CloseTo(string name, IEnumerable<string> candidates) =>
        candidates
            .Select(candidate => (Name: candidate, Edits: Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(candidate => candidate.Edits <= Math.Max(1, name.Length / 3))
            .OrderBy(candidate => candidate.Edits)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();

    /// <summary>Levenshtein's distance: letters to insert, delete or replace.</summary>
    private static int Edits(string first, string second)
    {
        int[] row = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 0; i < first.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < second.Length; j++)
            {
                int replaced = diagonal + (first[i] == second[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[^1];
    }
}
