using PromptKD.Models.Clip;
using PromptKD.Models.Towers;

namespace PromptKD.Models.Costs;

/// <summary>
/// What towers of convolutions of other families cost, by the shapes of their tensors: each weight meets each place of
/// the map that its layer gives.
/// </summary>
internal sealed class MapTowerCost
{
    private readonly TensorShapes _shapes;
    private Operations _sum;

    private MapTowerCost(TensorShapes shapes) => _shapes = shapes;

    /// <summary>One picture.</summary>
    /// <param name="clip">With the shapes of its tensors.</param>
    /// <exception cref="PromptKDException">It is an ONNX graph.</exception>
    public static Operations Of(ClipArchitecture clip)
    {
        if (clip.TowerShapes is not { } shapes)
        {
            throw new PromptKDException(
                $"{clip.TowerGraph?.Path}: an ONNX graph, whose operations are not counted here.")
            {
                Code = PromptKDError.NotSupported,
            };
        }

        var cost = new MapTowerCost(shapes);
        switch (clip.Tower!.Family)
        {
            case TowerFamilies.MobileNetV4:
                cost.AddMobileNet(clip.ImageSize);
                break;
            case TowerFamilies.FastVit:
                cost.AddFastVit(clip.ImageSize);
                break;
            default:
                cost.AddConvNeXt(clip.ImageSize);
                break;
        }

        return cost._sum;
    }

    private void AddMobileNet(long side)
    {
        side = Halved(side);
        AddBelow("conv_stem.", side);
        for (int stage = 0; _shapes.HasBelow($"blocks.{stage}"); stage++)
        {
            for (int index = 0; _shapes.HasBelow($"blocks.{stage}.{index}"); index++)
            {
                TensorShapes block = _shapes.Below($"blocks.{stage}.{index}");
                bool isOnePlace = block.Has("conv.weight") && block.Of("conv.weight", 4)[2] == 1;
                long given = index == 0 && !isOnePlace ? Halved(side) : side;

                // The step is the middle convolution's, where there is one: what stands before it sees the larger map.
                bool isLate = block.HasBelow("dw_mid");
                AddBelow($"blocks.{stage}.{index}.", given, name => isLate
                    && (name.Contains(".dw_start.", StringComparison.Ordinal)
                        || name.Contains(".pw_exp.", StringComparison.Ordinal))
                        ? side
                        : given);
                side = given;
            }
        }

        AddBelow("conv_head.", 1);
    }

    private void AddFastVit(long side)
    {
        side = Halved(side);
        AddBelow("stem.0.", side);
        side = Halved(side);
        AddBelow("stem.1.", side);
        AddBelow("stem.2.", side);
        for (int stage = 0; _shapes.HasBelow($"stages.{stage}"); stage++)
        {
            side = _shapes.HasBelow($"stages.{stage}.downsample") ? Halved(side) : side;

            // Squeezed maps have one place.
            AddBelow($"stages.{stage}.", side, name => name.Contains(".se.", StringComparison.Ordinal) ? 1 : side);
            long places = side * side;
            _sum += new Operations(0, _shapes.All
                .Where(one => one.Key.StartsWith($"stages.{stage}.", StringComparison.Ordinal)
                    && one.Key.EndsWith(".qkv.weight", StringComparison.Ordinal))
                .Sum(one => 2 * places * places * one.Value[1]));
        }

        AddBelow("final_conv.", side, name => name.Contains(".se.", StringComparison.Ordinal) ? 1 : side);
        AddBelow("head.", 1);
    }

    private void AddConvNeXt(long side)
    {
        side /= _shapes.Of("stem.0.weight", 4)[2];
        AddBelow("stem.", side);
        for (int stage = 0; _shapes.HasBelow($"stages.{stage}"); stage++)
        {
            string halving = $"stages.{stage}.downsample.1.weight";
            side = _shapes.Has(halving) ? side / _shapes.Of(halving, 4)[2] : side;
            AddBelow($"stages.{stage}.", side);
        }

        AddBelow("head.", 1);
    }

    private void AddBelow(string prefix, long side, Func<string, long>? sideOf = null)
    {
        foreach ((string name, long[] shape) in _shapes.All
            .Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            long given = sideOf?.Invoke(name) ?? side;
            long values = shape.Aggregate(1L, (product, size) => product * size);
            _sum += shape.Length > 1 && name.EndsWith(".weight", StringComparison.Ordinal)
                ? new Operations(given * given * values)
                : default;
        }
    }

    // Of odd kernels with a step of two.
    private static long Halved(long side) => (side + 1) / 2;
}
