using PromptKD.Runtime;

namespace PromptKD.Data.Datasets;

/// <summary>
/// Reads a <see cref="SplitFile"/>. Where there is none, the data set's own lists are divided and the result is
/// written as a split file, so that every later run has the same parts; where that cannot be written, it is kept in
/// memory.
/// </summary>
/// <param name="fileName">Name of the split file.</param>
/// <param name="lists">The data set's own lists.</param>
internal sealed class SplitFileReader(string fileName, IDatasetReader lists) : IDatasetReader
{
    /// <summary>Name of the split file, in the data set's folder.</summary>
    public string FileName => fileName;

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => lists.Sources;

    /// <inheritdoc/>
    public string ClassNames => lists.ClassNames;

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        if (File.Exists(folder.PathOf(fileName)))
        {
            folder.Say($"Reading split from {folder.PathOf(fileName)}");
            return SplitFile.Read(folder, fileName);
        }

        if (!Directory.Exists(folder.Path))
        {
            throw folder.Missing("");
        }

        DatasetSplit split = lists.Read(folder, random);
        try
        {
            Remains.Clear(folder.Path);
            SplitFile.Write(folder, fileName, split);
            folder.Say($"Saved split to {folder.PathOf(fileName)}");
        }
        catch (PromptKDException fault)
        {
            folder.Warn(
                $"{fault.InWords} The parts of {folder.Entry.Name} are kept in memory: the same SEED divides the "
                + "pictures alike again, another one otherwise.");
        }

        return split;
    }
}
