using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>One frozen teacher: its class vectors, and image features that are computed live or were stored.</summary>
/// <param name="classVectors">The text features of all classes; taken over.</param>
/// <param name="features">
/// The image features of training; taken over. Null for a teacher of which only the class vectors are wanted.
/// </param>
/// <param name="tower">
/// The image tower, for pictures that are not trained on; taken over. May be <paramref name="features"/> itself. Null
/// where it is not in memory.
/// </param>
/// <param name="sentences">
/// Of a teacher that encodes the classes anew for each picture; taken over. Null where the class vectors say it all.
/// </param>
internal sealed class Teacher(
    ClassVectors classVectors, IImageFeatures? features, LiveFeatures? tower = null,
    LearnedSentences? sentences = null) : ITeacher
{
    private LiveFeatures? _tower = tower;

    /// <inheritdoc/>
    public ClassVectors ClassVectors => classVectors;

    /// <inheritdoc/>
    public IReadOnlyList<Teacher> Members => [this];

    /// <inheritdoc/>
    public TeacherCombination? Combination => null;

    /// <inheritdoc/>
    public IReadOnlyList<Preprocessing> Preparations =>
        features is LiveFeatures { Preparation: { } preparation } ? [preparation] : [];

    /// <summary>Whether the image tower is in memory.</summary>
    public bool HasTower => _tower is not null;

    /// <summary>How <see cref="Classify"/> wants pictures to be prepared; null: as the first of a batch is.</summary>
    public Preprocessing? TowerPreparation => _tower?.Preparation;

    /// <inheritdoc/>
    public Tensor Scores(Batch batch) => Compare(
        features ?? throw new InvalidOperationException("This teacher was made for its class vectors only."), batch);

    /// <summary>The image features of training themselves.</summary>
    /// <param name="batch">As for <see cref="Scores"/>.</param>
    /// <returns>Normalised, without gradient, float32, [batch, embedding].</returns>
    public Tensor ImageFeatures(Batch batch)
    {
        using IDisposable noGradients = no_grad();
        return (features ?? throw new InvalidOperationException("This teacher was made for its class vectors only."))
            .Of(batch);
    }

    /// <summary>Scores of pictures that nothing is stored of.</summary>
    /// <param name="batch">Prepared as <see cref="TowerPreparation"/> says.</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    /// <exception cref="InvalidOperationException">The image tower is not in memory.</exception>
    public Tensor Classify(Batch batch) => Compare(
        _tower ?? throw new InvalidOperationException("The image tower is not in memory."), batch);

    /// <summary>
    /// Scores of pictures that are not trained on, of which views may be stored: the image tower's of each picture as a
    /// whole; where that is not in memory, those of all its stored views, their class probabilities averaged.
    /// </summary>
    /// <param name="batch">Prepared as <see cref="TowerPreparation"/> says.</param>
    /// <param name="views">How many views are stored of each picture.</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    public Tensor ClassifyOrRecall(Batch batch, int views)
    {
        if (HasTower)
        {
            return Classify(batch);
        }

        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] all =
        [
            .. Enumerable.Range(0, views).Select(view =>
            {
                using var stored = new Batch([], [], labels: null, batch.Items) { View = view };
                return Scores(stored).log_softmax(-1);
            }),
        ];
        return stack(all).logsumexp(0).Minus(Math.Log(views)).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the image tower unless training needs it.</summary>
    public void ReleaseTower()
    {
        if (_tower != features)
        {
            _tower?.Dispose();
        }

        _tower = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseTower();
        features?.Dispose();
        classVectors.Dispose();
        sentences?.Dispose();
    }

    private Tensor Compare(IImageFeatures images, Batch batch)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor seen = images.Of(batch);
        Tensor scores = sentences is null
            ? classVectors.Compare(seen, classVectors.LogitScale)
            : sentences.Scores(seen);
        return scores.MoveToOuterDisposeScope();
    }
}
