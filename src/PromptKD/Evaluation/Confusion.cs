namespace PromptKD.Evaluation;

/// <summary>Pictures of one class that were given another.</summary>
/// <param name="Wanted">The class that was wanted: the label's, or the teacher's.</param>
/// <param name="Given">The class that was given.</param>
/// <param name="Pictures">How many, at least one.</param>
/// <param name="Share">Of all pictures of the wanted class, 0–1.</param>
internal sealed record ConfusedPair(int Wanted, int Given, int Pictures, double Share);

/// <summary>What became of the pictures of a class.</summary>
/// <param name="Class">Its place in the list of class names.</param>
/// <param name="Wanted">Pictures of it.</param>
/// <param name="Given">Pictures that were given it.</param>
/// <param name="Right">Pictures that are both.</param>
internal sealed record ClassOutcome(int Class, int Wanted, int Given, int Right)
{
    /// <summary>Share of its pictures that were given it, 0–1; null for a class without pictures.</summary>
    public double? Accuracy => Wanted == 0 ? null : (double)Right / Wanted;
}

/// <summary>
/// Counts of wanted and given class over all classes of a list: labels against a model's answers, or a teacher's
/// answers against a student's. Classes without pictures have a row and a column as well.
/// </summary>
internal sealed class Confusion
{
    private readonly Dictionary<(int Wanted, int Given), int> _counts = [];
    private readonly int[] _wanted;
    private readonly int[] _given;

    /// <param name="classes">Number of classes.</param>
    /// <param name="answers">Wanted and given class of each picture.</param>
    public Confusion(int classes, IEnumerable<(int Wanted, int Given)> answers)
    {
        _wanted = new int[classes];
        _given = new int[classes];
        foreach ((int Wanted, int Given) answer in answers)
        {
            _counts[answer] = this[answer.Wanted, answer.Given] + 1;
            _wanted[answer.Wanted]++;
            _given[answer.Given]++;
            Total++;
        }
    }

    /// <summary>Number of classes.</summary>
    public int Classes => _wanted.Length;

    /// <summary>Pictures counted.</summary>
    public int Total { get; }

    /// <summary>Pictures that were given the wanted class.</summary>
    public int Right => Enumerable.Range(0, Classes).Sum(one => this[one, one]);

    /// <summary>Pictures of one class that were given another, or the same.</summary>
    /// <param name="wanted">The row.</param>
    /// <param name="given">The column.</param>
    public int this[int wanted, int given] => _counts.GetValueOrDefault((wanted, given));

    /// <summary>Each class, in order.</summary>
    public IReadOnlyList<ClassOutcome> Outcomes =>
        [
            .. Enumerable.Range(0, Classes)
                .Select(one => new ClassOutcome(one, _wanted[one], _given[one], this[one, one])),
        ];

    /// <summary>What was confused, the most pictures first; of as many, in the order of the classes.</summary>
    public IReadOnlyList<ConfusedPair> Pairs =>
    [
        .. _counts.Where(cell => cell.Key.Wanted != cell.Key.Given)
            .OrderByDescending(cell => cell.Value)
            .ThenBy(cell => cell.Key)
            .Select(cell => new ConfusedPair(
                cell.Key.Wanted, cell.Key.Given, cell.Value, (double)cell.Value / _wanted[cell.Key.Wanted])),
    ];
}
