namespace PromptKD.Evaluation;

/// <summary>What a model makes of held-out pictures, beside what the teacher makes of them.</summary>
public sealed record HeldOutResult
{
    /// <summary>Pictures that were looked at: whole, by a model that is not training.</summary>
    public required int Pictures { get; init; }

    /// <summary>Share of them whose best class is the teacher's, 0–1.</summary>
    public required double Agreement { get; init; }

    /// <summary>Mean divergence of the model's class probabilities from the teacher's, nats a picture.</summary>
    public required double Divergence { get; init; }

    /// <summary>Share of the class that the model names most often, 0–1.</summary>
    public required double MajorityShare { get; init; }

    /// <summary>How many different classes it names.</summary>
    public required int ClassesNamed { get; init; }

    /// <summary>
    /// How many classes it uses: the exponential of the entropy of its answers. Less than
    /// <see cref="ClassesNamed"/> where some are rare.
    /// </summary>
    public required double ClassesUsed { get; init; }

    /// <summary>
    /// How far the pictures' features lie apart: 1 less the squared length of their mean, 0 (all the same) to 1; null
    /// where only answers are known.
    /// </summary>
    public double? FeatureSpread { get; init; }
}

/// <summary>Teacher and student on pictures that were held out.</summary>
/// <param name="Teacher">Whom the student learned from.</param>
/// <param name="Student">After the last epoch.</param>
/// <param name="Untrained">The student's CLIP as it came, by its own text tower; null where that was not
/// measured.</param>
public sealed record HeldOutComparison(HeldOutTeacher Teacher, HeldOutResult Student, HeldOutResult? Untrained);

/// <summary>What the teacher makes of held-out pictures.</summary>
/// <param name="Pictures">Pictures that were looked at.</param>
/// <param name="Majority">The class that it names most often, by its place in the list of names.</param>
/// <param name="MajorityShare">
/// Share of that class, 0–1: the agreement of a student that always gives this answer.
/// </param>
/// <param name="ClassesNamed">How many different classes it names.</param>
/// <param name="ClassesUsed">As <see cref="HeldOutResult.ClassesUsed"/>.</param>
/// <param name="Confidence">Mean probability of its best class, 0–1.</param>
/// <param name="Information">
/// How much its probabilities tell of a picture, nats: the entropy of their mean less their mean entropy. 0 where it
/// says the same of all.
/// </param>
public sealed record HeldOutTeacher(
    int Pictures,
    int Majority,
    double MajorityShare,
    int ClassesNamed,
    double ClassesUsed,
    double Confidence,
    double Information);
