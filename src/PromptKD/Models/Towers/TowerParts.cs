using PromptKD.Models.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers;

/// <summary>What the layers of a tower are made from: the shapes in the file, and where they are to compute.</summary>
/// <param name="Shapes">Of the module that is made.</param>
/// <param name="Description">What the shapes do not show.</param>
/// <param name="Type">Element type.</param>
/// <param name="Device">Where the parameters are to lie.</param>
internal sealed record TowerParts(TensorShapes Shapes, TowerDescription Description, ScalarType Type, Device Device)
{
    /// <summary>Those of a module inside.</summary>
    public TowerParts Below(string name) => this with { Shapes = Shapes.Below(name) };

    /// <summary>Those of a numbered module inside.</summary>
    public TowerParts Below(string name, int index) => this with { Shapes = Shapes.Below(name, index) };

    /// <summary>Whether there is such a tensor.</summary>
    public bool Has(string name) => Shapes.Has(name);

    /// <summary>As <see cref="TensorShapes.Of"/>.</summary>
    public long[] Shape(string name, int dimensions) => Shapes.Of(name, dimensions);

    /// <summary>A parameter of the file's shape, its values still unset.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dimensions">How many it must have.</param>
    public Parameter Unset(string name, int dimensions) => Parameter(empty(Shape(name, dimensions), Type, Device));

    /// <summary>As <see cref="Unset"/>; null where there is no such tensor.</summary>
    public Parameter? UnsetOrNone(string name, int dimensions) => Has(name) ? Unset(name, dimensions) : null;
}
