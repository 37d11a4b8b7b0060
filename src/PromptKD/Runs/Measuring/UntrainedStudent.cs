using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Teachers;

namespace PromptKD.Runs.Measuring;

/// <summary>
/// The student's CLIP as it comes, zero-shot: its image tower without prompts beside its own text tower's class
/// vectors. What a distillation gains is gained over this.
/// </summary>
/// <param name="run">The run, its method built, with class vectors of the CLIP's own.</param>
/// <param name="method">Has the tower.</param>
internal sealed class UntrainedStudent(OpenRun run, ITrainedMethod method) : IDisposable
{
    private readonly TowerFeatures _tower = new(method.Model.Images, run.Inputs.Preparation);
    private readonly ClassVectors _classes = run.Inputs.OwnClassVectors!;

    /// <param name="batch">Prepared for the student.</param>
    /// <returns>Normalised features, float32, [batch, embedding].</returns>
    public Tensor Features(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.normalize(_tower.Of(batch), dim: -1).MoveToOuterDisposeScope();
    }

    /// <param name="features">As <see cref="Features"/> gives them.</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    public Tensor Compare(Tensor features) => _classes.Compare(features, _classes.LogitScale);

    /// <inheritdoc/>
    public void Dispose() => _tower.Dispose();
}
