using System.Text.Json;

namespace PromptKD.Faults;

/// <summary>What the commands read: some of the demo's pictures, in every layout that they need.</summary>
internal static class World
{
    private static readonly string[] s_classes =
        ["red circle", "green circle", "blue circle", "red square", "green square", "blue square"];

    // Settled files: a run remembers their digests.
    private static readonly DateTime s_settled = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Makes it.</summary>
    /// <param name="folder">A new folder.</param>
    /// <param name="drawn">Where <c>demo --pictures-only</c> drew its pictures.</param>
    public static void Make(string folder, string drawn)
    {
        Directory.CreateDirectory(Path.Combine(folder, "photos"));
        var rows = new List<object>();
        for (int label = 0; label < s_classes.Length; label++)
        {
            string name = s_classes[label];
            string from = Path.Combine(drawn, "pictures", "test", name);
            string test = Directory.CreateDirectory(Path.Combine(folder, "test", name)).FullName;
            for (int number = 1; number <= 2; number++)
            {
                Copy(Path.Combine(from, $"00{number}.png"), Path.Combine(test, $"00{number}.png"));
                string photo = Path.Combine(folder, "photos", $"{(2 * label) + number}.png");
                Copy(Path.Combine(from, $"01{number}.png"), photo);
                rows.Add(new object[] { $"test/{name}/00{number}.png", label, name });
            }
        }

        File.WriteAllLines(Path.Combine(folder, "classes.txt"), s_classes);
        File.WriteAllText(
            Path.Combine(folder, "teach.yaml"),
            "OPTIM:\n  MAX_EPOCH: 1\nDATALOADER:\n  TRAIN_X:\n    BATCH_SIZE: 6\n");
        string eurosat = Directory.CreateDirectory(Path.Combine(folder, "data", "eurosat")).FullName;
        Directory.CreateDirectory(Path.Combine(eurosat, "2750"));
        FolderContents.Copy(Path.Combine(folder, "test"), Path.Combine(eurosat, "2750", "test"));
        File.WriteAllText(
            Path.Combine(eurosat, "split_zhou_EuroSAT.json"),
            JsonSerializer.Serialize(new { train = rows, val = rows, test = rows }));
        MakeProject(Path.Combine(folder, "project"), Path.Combine(folder, "photos"));
    }

    // What Custom Vision's GetTaggedImages answers, of two pictures, one with a region.
    private static void MakeProject(string folder, string photos)
    {
        Directory.CreateDirectory(folder);
        string[] ids = [new Guid(1, 0, 0, new byte[8]).ToString(), new Guid(2, 0, 0, new byte[8]).ToString()];
        for (int number = 0; number < ids.Length; number++)
        {
            Copy(Path.Combine(photos, $"{number + 1}.png"), Path.Combine(folder, $"{ids[number]}.png"));
        }

        object region = new { regionId = ids[0], tagName = "b", left = 0.5, top = 0, width = 0.5, height = 0.5 };
        File.WriteAllText(
            Path.Combine(folder, "images.json"),
            JsonSerializer.Serialize(new object[]
            {
                new { id = ids[0], tags = new[] { new { tagName = "a" } } },
                new { id = ids[1], tags = new[] { new { tagName = "b" } }, regions = new[] { region } },
            }));
    }

    private static void Copy(string from, string to)
    {
        File.Copy(from, to);
        File.SetLastWriteTimeUtc(to, s_settled);
    }
}
