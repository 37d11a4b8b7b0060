using PromptKD.Models.Towers.Tokens;
using static TorchSharp.torch.nn;

namespace PromptKD.Golden.Checks.Towers;

/// <summary>What every module inside of a tower gave in one pass, under its name; behind ".in" what it got.</summary>
internal static class ModuleCapture
{
    /// <param name="tower">Its modules call each other by <c>call</c>, which hooks hear.</param>
    /// <param name="pass">One pass of the tower.</param>
    public static Dictionary<string, Tensor> Run(Module tower, Action pass)
    {
        DisposeScope scope = CurrentDisposeScope!;
        var seen = new Dictionary<string, Tensor>();
        var hooks = new List<HookableModuleRemover>();
        foreach ((string name, Module module) in tower.named_modules())
        {
            if (module is Module<Tensor, Tensor> plain)
            {
                var hook = plain.register_forward_hook((_, input, output) => Keep(name, input, output));
                hooks.Add(new(() => hook.remove()));
            }
            else if (module is Module<Tensor, TokenPlaces, Tensor> placed)
            {
                var hook = placed.register_forward_hook((_, input, _, output) => Keep(name, input, output));
                hooks.Add(new(() => hook.remove()));
            }
        }

        pass();
        hooks.ForEach(hook => hook.Remove());
        return seen;

        Tensor Keep(string name, Tensor input, Tensor output)
        {
            seen[name] = Copy(output);
            seen[$"{name}.in"] = Copy(input);
            return output;
        }

        // What is observed belongs to a pass that is still running: a copy of it goes to the caller's scope.
        Tensor Copy(Tensor x)
        {
            Tensor copy = x.detach().clone().DetachFromDisposeScope();
            scope.Attach(copy);
            return copy;
        }
    }

    private sealed record HookableModuleRemover(Action Remove);
}
