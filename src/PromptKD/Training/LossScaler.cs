using PromptKD.Runtime;
using TorchSharp.Modules;

namespace PromptKD.Training;

/// <summary>
/// Keeps gradients that pass through float16 from vanishing: the loss is multiplied by a large number, and the
/// gradients are divided by it again before the update. A step whose gradients are not finite is left out, and the
/// number halved; after many good steps in a row it is doubled.
/// </summary>
/// <remarks>
/// With the numbers and the rules of <c>torch.cuda.amp.GradScaler</c>. A power of two times a power of two is exact, so
/// scaling alone changes no gradient.
/// </remarks>
/// <param name="isOn">False makes everything here do nothing.</param>
internal sealed class LossScaler(bool isOn)
{
    private const float InitialScale = 65536;
    private const float Growth = 2;
    private const float Backoff = 0.5f;
    private const long GrowthInterval = 2000;
    private const string Prefix = "loss_scale/";
    private const string ScaleName = Prefix + "scale";
    private const string GoodStepsName = Prefix + "good_steps";

    private float _scale = isOn ? InitialScale : 1;
    private long _goodSteps;

    /// <summary>Whether it does anything.</summary>
    public bool IsOn => isOn;

    /// <summary>On where frozen weights are float16 on a GPU.</summary>
    public static LossScaler For(ComputeTarget target) =>
        new(target.Type == ScalarType.Float16 && target.Device.type == DeviceType.CUDA);

    /// <summary>
    /// The scale (float32) and the good steps since it changed (int64), as scalars; none where it is off. Made anew:
    /// the caller, or its scope, frees them.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State =>
        isOn ? [new(ScaleName, tensor(_scale)), new(GoodStepsName, tensor(_goodSteps))] : [];

    /// <summary>Whether a name of a stored state is one of <see cref="State"/>.</summary>
    public static bool IsItsName(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The loss as the backward pass is to begin with it.</summary>
    /// <param name="loss">A scalar.</param>
    /// <returns>A scalar: <paramref name="loss"/> itself where it is off.</returns>
    public Tensor Scale(Tensor loss) => isOn ? loss.Times(_scale) : loss;

    /// <summary>Divides the gradients in their places. To be called once behind each backward pass.</summary>
    /// <param name="parameters">What is learned; those without gradient are passed over.</param>
    /// <returns>Whether all gradients are finite: if not, the update is to be left out. True where it is off.</returns>
    public bool Unscale(IEnumerable<KeyValuePair<string, Parameter>> parameters)
    {
        if (!isOn)
        {
            return true;
        }

        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] finite =
        [
            .. parameters.Select(named => named.Value.grad).OfType<Tensor>()
                .Select(gradient => gradient.TimesInPlace(1 / _scale).isfinite().all()),
        ];
        return finite.Length == 0 || stack(finite).all().item<bool>();
    }

    /// <summary>Chooses the scale of the next step.</summary>
    /// <param name="finite">What <see cref="Unscale"/> said.</param>
    public void Update(bool finite)
    {
        if (!isOn)
        {
            return;
        }

        _goodSteps = finite ? _goodSteps + 1 : 0;
        _scale = finite ? _scale : _scale * Backoff;
        if (_goodSteps == GrowthInterval)
        {
            _goodSteps = 0;
            _scale = float.IsFinite(_scale * Growth) ? _scale * Growth : _scale;
        }
    }

    /// <summary>Continues with a stored state; afresh where there is none. Does nothing where it is off.</summary>
    /// <param name="state">As <see cref="State"/> gave it; other names are passed over.</param>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        if (!isOn)
        {
            return;
        }

        bool isStored = state.ContainsKey(ScaleName) && state.ContainsKey(GoodStepsName);
        _scale = isStored ? state[ScaleName].item<float>() : InitialScale;
        _goodSteps = isStored ? state[GoodStepsName].item<long>() : 0;
    }
}
