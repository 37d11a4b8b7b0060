using System.Globalization;
using System.Text.Json;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Data.Datasets;

/// <summary>The labels of Oxford 102 Flowers: a number from 1 for each picture, and names of the numbers.</summary>
internal sealed class FlowerLists : IDatasetReader
{
    private const string Labels = "imagelabels.mat";
    private const long LargestNames = 16 << 20;
    private const string Names = "cat_to_name.json";

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [Labels, Names];

    /// <inheritdoc/>
    public string ClassNames => $"those of {Names}";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        Dictionary<string, string> names = ReadNames(folder);
        IReadOnlyList<double> labels = folder.ReadMat(Labels, "labels").Numbers;
        return SplitShares.ThreeParts([.. labels.Select((label, index) => Item(folder, names, label, index))], random);
    }

    private static PictureItem Item(DatasetFolder folder, Dictionary<string, string> names, double label, int index)
    {
        string place = $"{folder.PathOf(Labels)}: label {index + 1}";
        string number = label.ToString(CultureInfo.InvariantCulture);
        if (label < 1 || names.GetValueOrDefault(number) is not { Length: > 0 } name)
        {
            throw new PromptKDException(
                $"{place} is {number}, which '{folder.PathOf(Names)}' does not name. Expected 1 to {names.Count}.");
        }

        string file = string.Create(CultureInfo.InvariantCulture, $"image_{index + 1:00000}.jpg");
        return folder.Picture(file, (int)label - 1, name, place);
    }

    private static Dictionary<string, string> ReadNames(DatasetFolder folder)
    {
        string path = folder.PathOf(Names);
        try
        {
            return JsonSerializer.Deserialize(
                BoundedBytes.ReadFile(path, LargestNames), TextJson.Default.DictionaryStringString) ?? [];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or InvalidDataException)
        {
            throw new PromptKDException(
                $"{path}: not a JSON object of class numbers and names. Download it again.", error);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw folder.Missing(Names, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot read '{path}': {error.Message}", error);
        }
    }
}
