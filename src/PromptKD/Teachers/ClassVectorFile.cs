using System.Globalization;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text.Names;

namespace PromptKD.Teachers;

/// <summary>
/// Class vectors that were made elsewhere: a table [classes, width] in a .safetensors or .npy file, and its names in a
/// .txt file of the same name beside it, or in the metadata of the former.
/// </summary>
internal static class ClassVectorFile
{
    private const string TableName = "class_vectors";
    private const string ScaleKey = "logit_scale";
    private const string NamesKey = "names";
    private const string Numpy = ".npy";
    private const string Safetensors = ".safetensors";
    private const string NamesEnding = ".txt";

    /// <summary>The configuration with the names of the file, where it has none of its own.</summary>
    /// <param name="config">DISTILL.CLASS_VECTORS and .CLASSES.</param>
    /// <exception cref="PromptKDException">Nothing says the names, or the file cannot be read.</exception>
    public static ExperimentConfig WithNames(ExperimentConfig config)
    {
        string path = config.Distill.ClassVectors;
        if (path.Length == 0 || config.Distill.Classes.Count > 0)
        {
            return config;
        }

        IReadOnlyList<string> names = NamesOf(path) ?? throw new PromptKDException(
            $"{path}: nothing says what its vectors are of. Put the names into {NamesPath(path)}, one a line in the "
            + "order of the vectors, or give them with ‹classes›.");
        return config with { Distill = config.Distill with { Classes = [.. names] } };
    }

    /// <summary>Reads the vectors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="device">Where they are compared.</param>
    /// <param name="ownScale">exp(logit_scale) of the teacher, for files that do not say it.</param>
    /// <returns>Of length 1.</returns>
    /// <exception cref="PromptKDException">
    /// It cannot be read, holds other names or another number of vectors, or vectors that are no numbers or nothing but
    /// zeros.
    /// </exception>
    public static ClassVectors Read(string path, IReadOnlyList<string> names, Device device, double ownScale)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor table, double? scale) = ReadTable(path);
        RefuseOtherNames(path, names);
        if (table.shape[0] != names.Count)
        {
            throw new PromptKDException(
                $"{path}: {table.shape[0]} vectors for {names.Count} class names. Give one for each, in the order of "
                + "the names.");
        }

        float[] lengths = table.norm(dim: 1).data<float>().ToArray();
        int wrong = Array.FindIndex(lengths, length => length == 0 || !float.IsFinite(length));
        if (wrong >= 0)
        {
            throw new PromptKDException(
                $"{path}: the vector of '{Printable.Line(names[wrong])}', row {wrong + 1}, "
                + $"{(lengths[wrong] == 0 ? "is nothing but zeros" : "holds values that are no numbers")}. Make the "
                + "file anew.");
        }

        return new ClassVectors(
            names, nn.functional.normalize(table, dim: -1).to(device).MoveToOuterDisposeScope(), scale ?? ownScale);
    }

    private static (Tensor Table, double? Scale) ReadTable(string path)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case Numpy:
                return (NpyArray.Read(path), null);
            case Safetensors:
                return ReadSafetensors(path);
            default:
                throw new PromptKDException($"{path}: class vectors are read from {Safetensors} and {Numpy} files.");
        }
    }

    private static (Tensor Table, double? Scale) ReadSafetensors(string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        if (file.Metadata.ContainsKey(SealedTensors.Key) && SealedTensors.FindFault(path) is { } fault)
        {
            throw new PromptKDException($"{path}: {fault}. Copy it again.");
        }

        string[] tables = [.. file.Tensors.Where(one => one.Value.Shape is [> 0, > 0]).Select(one => one.Key)];
        string name = tables.Contains(TableName)
            ? TableName
            : tables.Length == 1 ? tables[0] : throw new PromptKDException(
            $"{path}: expected one table [classes, width], or one called {TableName}, found "
            + $"{(tables.Length == 0 ? "none" : Printable.Line(string.Join(", ", tables)))}.");
        TensorEntry table = file.Tensors[name];
        if (table.Type is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
        {
            throw new PromptKDException($"{path}: '{Printable.Line(name)}' is of {table.Type}, expected floats.");
        }

        return (table.Read().to(ScalarType.Float32), ReadScale(path, file));
    }

    private static double? ReadScale(string path, CheckpointFile file) =>
        !file.Metadata.TryGetValue(ScaleKey, out string? text) ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double scale)
            && double.IsFinite(scale) && scale > 0 ? scale
        : throw new PromptKDException(
            $"{path}: its metadata's {ScaleKey} is '{Printable.Line(text)}', expected what cosines are multiplied by, "
            + "such as 100.");

    private static void RefuseOtherNames(string path, IReadOnlyList<string> names)
    {
        if (NamesOf(path) is not { } own)
        {
            return;
        }

        int shared = own.Zip(names).TakeWhile(pair => pair.First == pair.Second).Count();
        if (own.Count != names.Count)
        {
            throw new PromptKDException(
                $"{path}: its names are {own.Count}, and the run's classes are {names.Count}. Leave ‹classes› out to "
                + "take its names.");
        }

        if (shared < own.Count)
        {
            throw new PromptKDException(
                $"{path}: its class {shared + 1} is '{Printable.Line(own[shared])}', and the run's is "
                + $"'{Printable.Line(names[shared])}'. Leave ‹classes› out to take its names.");
        }
    }

    private static IReadOnlyList<string>? NamesOf(string path)
    {
        if (File.Exists(NamesPath(path)))
        {
            return ClassList.Read(NamesPath(path));
        }

        if (!Path.GetExtension(path).Equals(Safetensors, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        using CheckpointFile file = CheckpointFile.Open(path);
        if (!file.Metadata.TryGetValue(NamesKey, out string? text))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<string[]>(text) is { Length: > 0 } names
                && names.All(name => name is not null)
                ? names
                : throw new JsonException("a list of names is expected");
        }
        catch (JsonException error)
        {
            throw new PromptKDException(
                $"{path}: its metadata's {NamesKey} cannot be read: {error.Message.TrimEnd('.')}. Put the names into "
                + $"{NamesPath(path)}.", error);
        }
    }

    private static string NamesPath(string path) => Path.ChangeExtension(path, NamesEnding);
}
