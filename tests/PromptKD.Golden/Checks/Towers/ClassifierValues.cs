using PromptKD.Models.Weights.Families;

namespace PromptKD.Golden.Checks.Towers;

/// <summary>Logits of the classifier that a student's tower leaves out, from the features in front of it.</summary>
internal static class ClassifierValues
{
    /// <param name="values">Receives them.</param>
    /// <param name="seen">What each module gave.</param>
    /// <param name="path">The folder.</param>
    /// <param name="features">[batch, width].</param>
    public static void Add(
        Dictionary<string, Tensor> values, Dictionary<string, Tensor> seen, string path, Tensor features)
    {
        using FamilyFiles? files = FamilyFiles.TryOpen(path);
        if (files is null)
        {
            return;
        }

        string name = files.Tensors.ContainsKey("classifier.weight") ? "classifier" : "head";
        if (!files.Tensors.ContainsKey($"{name}.weight"))
        {
            return;
        }

        if (files.Tensors.ContainsKey("head_dist.weight"))
        {
            Tensor tokens = seen["norm"];
            Tensor sum = Linear(files, "head", tokens.select(1, 0)) + Linear(files, "head_dist", tokens.select(1, 1));
            values["logits"] = sum / 2;
            return;
        }

        values["logits"] = Linear(files, name, features);
    }

    private static Tensor Linear(FamilyFiles files, string name, Tensor x) => nn.functional.linear(
        x, Read(files, $"{name}.weight"), Read(files, $"{name}.bias"));

    private static Tensor Read(FamilyFiles files, string name) => files.Tensors[name].Read().to(ScalarType.Float32);
}
