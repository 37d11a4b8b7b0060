using PromptKD.Models.Clip;

namespace PromptKD.Teachers;

/// <summary>
/// Asks an <see cref="IPictureTeacher"/> where a CLIP's image tower would compute. It has nothing that learns.
/// </summary>
/// <param name="teacher">Who answers.</param>
/// <param name="architecture">The size of its pictures, and how many values it gives.</param>
/// <param name="device">Where the answers are needed.</param>
/// <param name="stop">Is handed to whoever answers.</param>
internal sealed class OwnTower(OwnTeacher teacher, ClipArchitecture architecture, Device device, CancellationToken stop)
    : ImageEncoder(nameof(OwnTower), architecture)
{
    /// <inheritdoc/>
    public override (ScalarType Type, Device Device) Placement => (ScalarType.Float32, device);

    /// <inheritdoc/>
    public override Tensor forward(Tensor images, LayerPrompts? prompts)
    {
        RefusePrompts(prompts);
        using DisposeScope scope = NewDisposeScope();
        using Tensor pixels = images.detach().to(ScalarType.Float32, CPU).contiguous();
        int count = (int)pixels.shape[0];
        float[]? answers = teacher.Asked.Ask(pixels.data<float>().ToArray(), count, stop);
        if (answers?.Length != count * teacher.Width)
        {
            throw new InvalidOperationException(
                $"{teacher.Named} gave {answers?.Length ?? 0} values for {count} pictures, "
                + $"expected {count * teacher.Width}.");
        }

        if (!answers.All(float.IsFinite))
        {
            throw new InvalidOperationException($"{teacher.Named} gave values that are no numbers.");
        }

        return tensor(answers, [count, teacher.Width]).to(device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe) =>
        throw new PromptKDException($"{teacher.Named}: a teacher of one's own, whose layers cannot be looked into.");
}
