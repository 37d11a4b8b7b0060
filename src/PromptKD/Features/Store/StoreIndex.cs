using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// Everything that a teacher store's features were made from: <c>index.json</c>. Two stores with equal indexes hold
/// equal features; a store whose index differs from what a run needs is refused.
/// </summary>
internal sealed record StoreIndex
{
    /// <summary>The file's name.</summary>
    public const string FileName = "index.json";

    private const string FormatName = "promptkd-teacher-store";
    private const int Newest = 2;

    public StoreIndex()
    {
    }

    /// <param name="normalised">Stores from before there were others do not say.</param>
    [JsonConstructor]
    internal StoreIndex(bool normalised = true) => Normalised = normalised;

    /// <summary>Always the same: tells the file from others.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>Version of the layout: 2; of 1, <see cref="Pictures"/> has the names of the pictures, too.</summary>
    public int Version { get; init; } = Newest;

    /// <summary>SHA-256 of the teacher's weights.</summary>
    public required string Teacher { get; init; }

    /// <summary>SHA-256 of the teacher's learned prompts; "none" for plain CLIP.</summary>
    public required string TeacherPrompts { get; init; }

    /// <summary>Whether inserted prompts were rounded through float16.</summary>
    public required bool RoundPromptsToHalf { get; init; }

    /// <summary>
    /// Digest of the pictures: size and content of each, in order. Names make no feature: pictures that moved stay
    /// those of the store.
    /// </summary>
    public required string Pictures { get; init; }

    /// <summary>Number of pictures.</summary>
    public required int PictureCount { get; init; }

    /// <summary>How pictures were prepared.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>Whether large JPEG files were decoded at a reduced scale.</summary>
    public required bool FastJpeg { get; init; }

    /// <summary>Name and version of the way views are drawn.</summary>
    public string ViewAlgorithm { get; init; } = ViewGenerator.Algorithm;

    /// <summary>Crops and flips, with their seed.</summary>
    public required ViewGenerator Views { get; init; }

    /// <summary>Views of each picture.</summary>
    public required int ViewCount { get; init; }

    /// <summary>Element type that the teacher computed in. Features are stored as float16.</summary>
    public required string Precision { get; init; }

    /// <summary>Width of the features.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>Pictures of each shard but the last.</summary>
    public required int PicturesPerShard { get; init; }

    /// <summary>Pictures that the teacher saw at a time: part of the numbers' last bits.</summary>
    public required int BatchSize { get; init; }

    /// <summary>
    /// Whether features were brought to length 1. Those of a student's tower, made for a projector, are not.
    /// </summary>
    public bool Normalised { get; init; } = true;

    /// <summary>Shards of a complete store.</summary>
    [JsonIgnore]
    public int ShardCount => (int)(((long)PictureCount + PicturesPerShard - 1) / PicturesPerShard);

    /// <summary>The pictures of a shard, by their places.</summary>
    /// <param name="shard">Its number.</param>
    public IReadOnlyList<int> PicturesOf(int shard)
    {
        int first = shard * PicturesPerShard;
        return [.. Enumerable.Range(first, Math.Min(PicturesPerShard, PictureCount - first))];
    }

    /// <summary>Identifies the store in each of its shards.</summary>
    [JsonIgnore]
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())));

    /// <summary>Reads an index.</summary>
    /// <exception cref="PromptKDException">Missing, malformed, or of another format.</exception>
    public static StoreIndex Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new PromptKDException(
                $"No teacher store at '{folder}': it has no {FileName}. Make one with features.");
        }

        StoreIndex index = SealedJson.Read(
            path,
            "Delete it: features with the same settings writes it again, and keeps the shards that belong to it.",
            StoreJson.Indented.StoreIndex);
        if (index is not { Format: FormatName, Version: 1 or Newest })
        {
            throw new PromptKDException(
                $"{path}: format '{index.Format}' version {index.Version}, expected '{FormatName}' version 1 or "
                + $"{Newest}.");
        }

        index.Check(path);
        return index;
    }

    private void Check(string path)
    {
        const int MostShards = 1 << 18;
        Preprocessing.Check(path);
        (string Name, long Value, long Most)[] sizes =
        [
            ("pictureCount", PictureCount, int.MaxValue), ("viewCount", ViewCount, 1 << 20),
            ("embeddingSize", EmbeddingSize, 1 << 16), ("picturesPerShard", PicturesPerShard, int.MaxValue),
            ("batchSize", BatchSize, int.MaxValue),
        ];
        foreach ((string name, long value, long most) in sizes)
        {
            if (value < 1 || value > most)
            {
                throw new PromptKDException($"{path}: {name} is {value}, expected 1 to {most}. Is it damaged?");
            }
        }

        if (ShardCount > MostShards)
        {
            throw new PromptKDException(
                $"{path}: {ShardCount} shards, at most {MostShards} can be meant. Is it damaged?");
        }
    }

    /// <summary>The text of the file: equal indexes give equal bytes.</summary>
    public string ToJson() => SealedJson.Write(this, StoreJson.Indented.StoreIndex);

    /// <summary>The digest of some pictures as this store has that of its own.</summary>
    public string DigestOf(PictureSet pictures) => Version == Newest ? pictures.ContentDigest : pictures.Digest;

    /// <summary>What a run would make, in the version of a store that is there.</summary>
    /// <param name="needed">What it would make.</param>
    /// <param name="pictures">Of which pictures.</param>
    public StoreIndex Like(StoreIndex needed, PictureSet pictures) =>
        needed with { Version = Version, Pictures = DigestOf(pictures) };

    /// <summary>Refuses a store that was made from something else.</summary>
    /// <param name="folder">The store, for the message.</param>
    /// <param name="needed">What this run would make.</param>
    /// <exception cref="PromptKDException">Something differs; the message names it with both values.</exception>
    public void RefuseOther(string folder, StoreIndex needed)
    {
        JsonObject mine = JsonNode.Parse(ToJson())!.AsObject();
        JsonObject theirs = JsonNode.Parse(needed.ToJson())!.AsObject();
        string? key = mine.Select(entry => entry.Key)
            .FirstOrDefault(name => !JsonNode.DeepEquals(mine[name], theirs[name]));
        if (key is not null)
        {
            throw new PromptKDException(
                $"The teacher store {folder} was made from another '{key}': {Show(mine[key])} there, "
                + $"{Show(theirs[key])} here. {Remedy(needed)}");
        }
    }

    /// <summary>Refuses a second store of the same run whose teacher saw other views of the pictures.</summary>
    /// <param name="folder">This store, for the message.</param>
    /// <param name="other">The index of the second store.</param>
    /// <param name="otherFolder">The second store.</param>
    /// <exception cref="PromptKDException">The views differ, or one of the stores has more of them.</exception>
    public void RefuseOtherViews(string folder, StoreIndex other, string otherFolder)
    {
        if (Views != other.Views || ViewCount != other.ViewCount)
        {
            throw new PromptKDException(
                $"The teacher stores {folder} and {otherFolder} hold different views: {ViewCount} with seed "
                + $"{Views.Seed} there, {other.ViewCount} with seed {other.Views.Seed} here. Make both with the same "
                + "‹views›, ‹seed› and INPUT.*, so that all teachers see the same crops.");
        }
    }

    private string Remedy(StoreIndex needed)
    {
        const string Anew = "Use another store, or make this one anew.";
        return Preprocessing.Upright == needed.Preprocessing.Upright
            ? Anew
            : $"Its pictures were {(Preprocessing.Upright ? "" : "not ")}turned upright: give INPUT.UPRIGHT "
                + $"{Preprocessing.Upright} to go with it. {Anew}";
    }

    private static string Show(JsonNode? node) => node?.ToJsonString(RecordJson.Lines()) ?? "nothing";
}
