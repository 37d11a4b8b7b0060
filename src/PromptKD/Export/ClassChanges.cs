using System.Text.Json.Serialization;
using PromptKD.Runtime;

namespace PromptKD.Export;

/// <summary>How the classes of a package differ from those that its student was trained with.</summary>
/// <param name="Changed">Classes that were added or renamed, in the order in which it was done.</param>
/// <param name="Removed">Classes that the student was trained with and that are gone.</param>
public sealed record ClassChanges(IReadOnlyList<ChangedClass> Changed, IReadOnlyList<string> Removed)
{
    private const int NamesShown = 20;

    /// <summary>Classes that were added or renamed, in the order in which it was done.</summary>
    public IReadOnlyList<ChangedClass> Changed { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Changed);

    /// <summary>Classes that the student was trained with and that are gone.</summary>
    public IReadOnlyList<string> Removed { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Removed);

    /// <summary>No difference.</summary>
    internal static ClassChanges None { get; } = new([], []);

    /// <summary>Whether there is no difference.</summary>
    [JsonIgnore]
    public bool IsEmpty => Changed.Count == 0 && Removed.Count == 0;

    /// <summary>The difference in sentences, for the page of the run; none where there is none.</summary>
    internal IReadOnlyList<string> Sentences() => Sentences("not trained for", name => name);

    /// <summary>The difference in sentences, for the model card; empty where there is none.</summary>
    internal string Describe() => IsEmpty
        ? ""
        : $"{string.Join(" ", Sentences("**not trained for**", Printable.Markdown))}\n\n";

    private IReadOnlyList<string> Sentences(string notTrained, Func<string, string> show) => IsEmpty
        ? []
        :
        [
            "The classes were changed after the training.",
            .. Sentence(
                Changed.Where(one => !one.IsTrained).Select(one => show(one.Name)),
                $"The student was {notTrained}", ": their vectors came from the teacher's text tower afterwards"),
            .. Sentence(
                Changed.Where(one => one.Name != one.Text).Select(one => $"{show(one.Name)} (was {show(one.Text)})"),
                "Renamed, with the vector of the old name:", ""),
            .. Sentence(Removed.Select(show), "Removed:", ""),
            "The numbers below were measured before.",
        ];

    private static IEnumerable<string> Sentence(IEnumerable<string> names, string before, string behind)
    {
        string[] all = [.. names];
        string more = all.Length > NamesShown ? $" and {all.Length - NamesShown} more" : "";
        return all.Length == 0 ? [] : [$"{before} {string.Join(", ", all.Take(NamesShown))}{more}{behind}."];
    }
}

/// <summary>A class that is not as the student was trained with it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">The name whose sentences its vector was made of.</param>
/// <param name="IsTrained">Whether the student was trained with this vector among its classes.</param>
public sealed record ChangedClass(string Name, string Text, bool IsTrained);
