using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Pickle;

namespace PromptKD.Tests.Models.Weights;

public sealed class StateDictTests
{
    private static readonly StoredTensor s_tensor = new(new PickledStorage("0", ScalarType.Float32, 1), 0, [], []);

    [Fact]
    public void Names_tensors_by_the_path_to_them()
    {
        var root = new PickleDictionary
        {
            ["weight"] = s_tensor,
            ["nested"] = new PickleDictionary { ["list"] = new List<object?> { 1L, s_tensor } },
        };

        Assert.Equal(["weight", "nested.list.1"], Names(root));
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model_state_dict")]
    public void Takes_only_the_state_dict_of_a_training_checkpoint(string name)
    {
        var root = new PickleDictionary
        {
            ["optimizer"] = new PickleDictionary { ["momentum"] = s_tensor },
            [name] = new PickleDictionary { ["weight"] = s_tensor },
        };

        Assert.Equal(["weight"], Names(root));
    }

    [Fact]
    public void Names_the_tensors_of_a_pickled_module_as_its_state_dict_would()
    {
        PickleObject linear = Module(new() { ["_parameters"] = new PickleDictionary { ["weight"] = s_tensor } });
        PickleObject model = Module(new() { ["_modules"] = new PickleDictionary { ["fc"] = linear } });

        Assert.Equal(["fc.weight"], Names(model));
    }

    [Fact]
    public void Refuses_an_object_that_contains_itself()
    {
        var root = new PickleDictionary { ["weight"] = s_tensor };
        root["self"] = root;

        Assert.Throws<PromptKDException>(() => Names(root));
    }

    [Fact]
    public void Refuses_a_tree_that_doubles_with_every_level()
    {
        object? tree = s_tensor;
        for (int level = 0; level < 30; level++)
        {
            tree = new List<object?> { tree, tree };
        }

        Assert.Throws<PromptKDException>(() => Names(tree));
    }

    private static PickleObject Module(PickleDictionary state) =>
        new(new PickleGlobal("torch.nn", "Module"), []) { State = state };

    private static IEnumerable<string> Names(object? root) =>
        StateDict.Flatten("a.pt", root).Select(entry => entry.Key);
}
