using System.Text;
using PromptKD.Models.Weights.Pickle;

namespace RandomClip;

/// <summary>One module of a TorchScript archive: an instance, and the class made for it alone.</summary>
/// <param name="className">Qualified name of the class, as <c>__torch__.Clip</c>.</param>
internal sealed class ScriptModule(string className)
{
    private readonly OrderedDictionary<string, ScriptModule> _children = [];
    private readonly string _className = className;

    /// <summary>What is trained.</summary>
    public OrderedDictionary<string, Tensor> Parameters { get; } = [];

    /// <summary>Tensors that are not trained.</summary>
    public OrderedDictionary<string, Tensor> Buffers { get; } = [];

    /// <summary>The module of this name inside this one; made when first asked for.</summary>
    public ScriptModule Child(string name)
    {
        _children.TryAdd(name, new ScriptModule($"{_className}_{name}"));
        return _children[name];
    }

    /// <summary>The instance as TorchScript pickles it: its class, and the values of its attributes.</summary>
    public PickleObject ToPickle()
    {
        var attributes = new PickleDictionary();
        foreach ((string name, Tensor value) in Parameters.Concat(Buffers))
        {
            attributes[name] = value;
        }

        attributes["training"] = false;
        foreach ((string name, ScriptModule child) in _children)
        {
            attributes[name] = child.ToPickle();
        }

        string[] path = _className.Split('.');
        return new PickleObject(new PickleGlobal(path[0], path[1]), []) { State = attributes };
    }

    /// <summary>The classes of this module and of those inside it, innermost first.</summary>
    public string Declare()
    {
        var code = new StringBuilder(string.Concat(_children.Values.Select(child => child.Declare())));
        code.Append("class ").Append(_className.Split('.')[1]).Append("(Module):\n");
        code.Append("  __parameters__ = [").Append(Quote(Parameters.Keys)).Append("]\n");
        code.Append("  __buffers__ = [").Append(Quote(Buffers.Keys)).Append("]\n");
        foreach (string name in Parameters.Keys.Concat(Buffers.Keys))
        {
            code.Append("  ").Append(name).Append(" : Tensor\n");
        }

        code.Append("  training : bool\n");
        foreach ((string name, ScriptModule child) in _children)
        {
            // The layers' numbers are no identifiers.
            string attribute = char.IsAsciiDigit(name[0]) ? $"__annotations__[\"{name}\"] =" : $"{name} :";
            code.Append("  ").Append(attribute).Append(' ').Append(child._className).Append('\n');
        }

        return code.ToString();
    }

    private static string Quote(IEnumerable<string> names) => string.Concat(names.Select(name => $"\"{name}\", "));
}
