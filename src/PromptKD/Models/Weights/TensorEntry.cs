namespace PromptKD.Models.Weights;

/// <summary>One tensor of an open file: what it is, and how to get its values.</summary>
/// <param name="Shape">Sizes of its dimensions.</param>
/// <param name="Type">Element type in the file.</param>
/// <param name="Read">Reads the values into a new tensor on the CPU. Works while the file is open.</param>
internal sealed record TensorEntry(long[] Shape, ScalarType Type, Func<Tensor> Read);
