using System.Globalization;
using PromptKD.Models.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Prompts;

/// <summary>
/// MaPLe's prompts: learned text tokens for each of some layers, and for each of these layers a linear map that makes
/// the image tokens of them. All float32.
/// </summary>
/// <remarks>arXiv 2210.03117, section 3.2; MaPLe trainers/maple.py, MultiModalPromptLearner.</remarks>
internal sealed class CoupledPrompts : Module
{
    private readonly Parameter[] _tokens;
    private readonly Linear[] _projections;

    /// <param name="context">Initial text tokens of layer 0, [length, text width]; copied.</param>
    /// <param name="depth">Layers that get prompts, counted from the input, at least 1.</param>
    /// <param name="visionWidth">Width of the image tower's tokens.</param>
    /// <param name="roundToHalf">As <see cref="LayerPrompts.RoundToHalf"/>.</param>
    public CoupledPrompts(Tensor context, int depth, int visionWidth, bool roundToHalf = false)
        : base(nameof(CoupledPrompts))
    {
        (long length, long width, Device device) = (context.shape[0], context.shape[1], context.device);
        _projections = [.. Enumerable.Range(0, depth).Select(_ => Linear(width, visionWidth, device: device))];
        _tokens =
        [
            Parameter(context.detach().clone()),
            .. Enumerable.Range(1, depth - 1).Select(_ => LearnedPrompts.Draw(length, width, device)),
        ];
        RoundToHalf = roundToHalf;
        ShareFirstDeepProjection();
        foreach ((string name, Parameter parameter) in Named)
        {
            register_parameter(name.Replace('.', '/'), parameter);
        }
    }

    /// <summary>As <see cref="LayerPrompts.RoundToHalf"/>.</summary>
    public bool RoundToHalf { get; }

    /// <summary>The text tower's prompts. They follow every update of the parameters.</summary>
    public LayerPrompts Text => new(_tokens, RoundToHalf);

    /// <summary>The text tokens of layer 0, [length, text width].</summary>
    public Parameter Context => _tokens[0];

    /// <summary>
    /// Each parameter under its name in the reference's checkpoints, without "prompt_learner."; the context first.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Named =>
    [
        new("ctx", Context),
        .. Projection("proj", 0),
        .. _tokens.Skip(1).Select((tokens, layer) => KeyValuePair.Create(Name("compound_prompts_text", layer), tokens)),
        .. _projections.Skip(1).SelectMany((_, layer) =>
            Projection(Name("compound_prompt_projections", layer), layer + 1)),
    ];

    /// <summary>Makes the image tower's prompts of the text tower's.</summary>
    /// <returns>One [length, vision width] tensor a layer, with its graph.</returns>
    public LayerPrompts MakeVision() =>
        new([.. _tokens.Zip(_projections, (tokens, projection) => projection.forward(tokens))], RoundToHalf);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Array.ForEach(_projections, projection => projection.Dispose());
        }

        base.Dispose(disposing);
    }

    // The reference clones one linear map for all layers but the first.
    private void ShareFirstDeepProjection()
    {
        using IDisposable noGradients = no_grad();
        foreach (Linear projection in _projections.Skip(2))
        {
            projection.weight.copy_(_projections[1].weight);
            projection.bias!.copy_(_projections[1].bias!);
        }
    }

    private IEnumerable<KeyValuePair<string, Parameter>> Projection(string name, int layer) =>
    [
        new($"{name}.weight", _projections[layer].weight),
        new($"{name}.bias", _projections[layer].bias!),
    ];

    private static string Name(string list, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{list}.{index}");
}
