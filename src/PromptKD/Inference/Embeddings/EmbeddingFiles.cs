using System.Globalization;
using System.Text;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Inference.Embeddings;

/// <summary>The files of an embedding, in a folder of their own.</summary>
internal static class EmbeddingFiles
{
    private static readonly string[] s_coordinates = ["tsne_x", "tsne_y", "pca_x", "pca_y"];

    /// <summary>Writes all of them.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="pictures">The pictures, in the order of the rows.</param>
    /// <param name="embeddings">What each model gave.</param>
    /// <param name="maps">Null for none.</param>
    /// <returns>Their names.</returns>
    /// <exception cref="PromptKDException">One cannot be written.</exception>
    public static IReadOnlyList<string> Write(
        string folder, IReadOnlyList<PictureItem> pictures, IReadOnlyList<Embedding> embeddings, EmbeddingMaps? maps)
    {
        List<string> names = [];
        foreach (Embedding embedding in embeddings)
        {
            names.Add($"{embedding.Name}.npy");
            NpyFile.Write(Path.Combine(folder, names[^1]), embedding.Rows, embedding.Width);
        }

        names.Add("pictures.csv");
        WriteTable(
            Path.Combine(folder, names[^1]),
            ["row", "path", "label", "class"],
            pictures.Select((picture, row) => new[]
            {
                Text(row), Printable.Csv(picture.Path), picture.Label is { } label ? Text(label) : "",
                Printable.Csv(picture.ClassName),
            }));
        if (maps is not null)
        {
            names.Add("map.csv");
            WriteMap(Path.Combine(folder, names[^1]), pictures, embeddings, maps);
            names.AddRange(maps.Draw(folder));
        }

        return names;
    }

    private static void WriteMap(
        string path, IReadOnlyList<PictureItem> pictures, IReadOnlyList<Embedding> embeddings, EmbeddingMaps maps)
    {
        IEnumerable<string> columns = embeddings.SelectMany(
            one => s_coordinates.Select(column => $"{one.Name}_{column}"));
        WriteTable(path, ["row", "path", "class", .. columns], maps.Places.Select((place, point) => (string[])
        [
            Text(place), Printable.Csv(pictures[place].Path), Printable.Csv(pictures[place].ClassName),
            .. maps.Neighbours.Zip(maps.Components)
                .SelectMany(panels => new[] { panels.First.Points[point], panels.Second.Points[point] })
                .SelectMany(at => new[] { Text(at.X), Text(at.Y) }),
        ]));
    }

    // Of a text the marks that a table would take for its own are spelt otherwise; a number's minus is none of them.
    private static void WriteTable(string path, string[] headings, IEnumerable<string[]> rows) =>
        WholeFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
            foreach (string[] cells in rows.Prepend(headings))
            {
                text.Write(string.Join(',', cells) + "\n");
            }
        });

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
