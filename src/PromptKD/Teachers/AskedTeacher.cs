using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>
/// A teacher of whom something else is asked than what it says of the view at hand: at another temperature, the mean
/// over all stored views, or without its leaning to some classes. Ours: PromptKD takes the teacher's answers as they
/// are.
/// </summary>
internal sealed class AskedTeacher : ITeacher
{
    private const int PicturesAtATime = 256;

    // No class is taken to be rarer than a hundredth of an even share: what a teacher hardly ever sees would else be
    // blown up.
    private const double SmallestShare = 0.01;

    private readonly ITeacher _teacher;
    private readonly TargetConfig _target;
    private readonly double _temperature;
    private readonly int _views;
    private double _ownTemperature;
    private Tensor? _leaning;

    private AskedTeacher(ITeacher teacher, TargetConfig target, double temperature, int views)
    {
        _teacher = teacher;
        _target = target;
        _temperature = temperature;
        _views = views;
        _ownTemperature = target.Temperature;
    }

    /// <inheritdoc/>
    public ClassVectors ClassVectors => _teacher.ClassVectors;

    /// <inheritdoc/>
    public IReadOnlyList<Teacher> Members => _teacher.Members;

    /// <inheritdoc/>
    public TeacherCombination? Combination => _teacher.Combination;

    /// <inheritdoc/>
    public IReadOnlyList<Preprocessing> Preparations => _teacher.Preparations;

    /// <summary>The teacher itself, where nothing else is asked; else the teacher behind its questioner.</summary>
    /// <param name="teacher">Taken over.</param>
    /// <param name="target">DISTILL.TARGET.*.</param>
    /// <param name="temperature">That of the loss.</param>
    /// <param name="views">Views that are stored of each picture; 0 where the teacher is live.</param>
    /// <param name="pictures">Places of the pictures that are learned from.</param>
    /// <param name="observer">Told which temperature was found, or warned that none was; null for nobody.</param>
    public static ITeacher Of(
        ITeacher teacher,
        TargetConfig target,
        double temperature,
        int views,
        IReadOnlyList<int> pictures,
        IRunObserver? observer = null)
    {
        if (target == new TargetConfig())
        {
            return teacher;
        }

        var asked = new AskedTeacher(teacher, target, temperature, views);
        if (target.Calibrate)
        {
            asked.Calibrate(pictures, observer);
        }

        if (target.Balance > 0)
        {
            asked._leaning = asked.MeasureLeaning(pictures);
        }

        return asked;
    }

    /// <inheritdoc/>
    public Tensor Scores(Batch batch)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = _target.AllViews ? ScoresOfAllViews(batch.Items) : _teacher.Scores(batch).Over(_ownTemperature);
        return (_leaning is null ? scores : scores - _leaning).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leaning?.Dispose();
        _teacher.Dispose();
    }

    private void Calibrate(IReadOnlyList<int> pictures, IRunObserver? observer)
    {
        if (TeacherTemperature.Find(
            (some, view) => _teacher.Scores(Ask(some, view)), pictures, _views, out string why) is { } found)
        {
            _ownTemperature = found;
            observer?.OnPhase(string.Create(
                CultureInfo.InvariantCulture,
                $"The teacher foretells its answers to other views best at a temperature of {found:0.000}"));
        }
        else
        {
            observer?.OnWarning(
                $"DISTILL.TARGET.CALIBRATE finds no temperature: {why}. The teacher's probabilities are taken as they "
                + "are.");
        }
    }

    // As several teachers are combined: so many views are so many opinions of one.
    private Tensor ScoresOfAllViews(IReadOnlyList<int> pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] views =
            [.. Enumerable.Range(0, _views).Select(view => _teacher.Scores(Ask(pictures, view)).Over(_ownTemperature))];
        return TeacherCombination.ByWeights([.. views.Select(_ => 1.0)]).Combine(views, _temperature)
            .MoveToOuterDisposeScope();
    }

    // What is taken off the scores, [classes]: T · balance · log (mean probability / even share).
    private Tensor MeasureLeaning(IReadOnlyList<int> pictures)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long classes = ClassVectors.Names.Count;
        Tensor sum = zeros(classes, ScalarType.Float64, ClassVectors.Vectors.device);
        int views = _target.AllViews ? 1 : _views;
        foreach (int[] some in pictures.Chunk(PicturesAtATime))
        {
            for (int view = 0; view < views; view++)
            {
                using DisposeScope step = NewDisposeScope();
                sum.PlusInPlace(
                    Scores(Ask(some, view)).Over(_temperature).softmax(-1).sum(dim: 0).to(ScalarType.Float64));
            }
        }

        Tensor share = sum.Times(classes / (double)((long)pictures.Count * views)).AtLeast(SmallestShare);
        return share.log().Times(_temperature * _target.Balance).to(ScalarType.Float32).DetachFromDisposeScope();
    }

    // Stored features need no pixels.
    private static Batch Ask(IReadOnlyList<int> pictures, int view) =>
        new([], [], labels: null, pictures) { View = view };
}
