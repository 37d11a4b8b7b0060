using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using PromptKD.Models.Weights;
using PromptKD.Teachers;
using PromptKD.Tests.Runtime;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class FeaturesCommandTests(StoredRun stored, DistilledRun distilled) : IClassFixture<StoredRun>
{
    private const string ListFile = "pictures.tsv.gz";
    private static readonly string s_firstShard = Path.Combine("shards", "00000.safetensors");
    private static readonly string s_secondShard = Path.Combine("shards", "00001.safetensors");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Writes_an_index_and_shards_of_256_pictures()
    {
        stored.Result.Succeeds();

        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([256, 2, 128], SafetensorsFile.Read(Path.Combine(stored.Store, s_firstShard))["features"].shape);
        Assert.Equal([32, 2, 128], SafetensorsFile.Read(Path.Combine(stored.Store, s_secondShard))["features"].shape);
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(stored.Store, "index.json")));
        Assert.Equal("promptkd-teacher-store", index.RootElement.GetProperty("format").GetString());
        Assert.Equal(288, index.RootElement.GetProperty("pictureCount").GetInt32());
        Assert.Equal(2, index.RootElement.GetProperty("viewCount").GetInt32());
    }

    [Fact]
    public void Says_that_the_store_is_complete_and_what_to_do_with_it() => Assert.Equal(
        $"The store {stored.Store} is complete. Try: promptkd distill --store {stored.Store} ...",
        Assert.Single(stored.Result.Succeeds().OutputLines));

    [Fact]
    public void Checks_a_complete_store()
    {
        CliResult result = CliProgram.Run("features", "--check", stored.Store).Succeeds();

        Assert.Equal([$"{stored.Store}: complete"], result.OutputLines);
    }

    [Fact]
    public void Names_the_shard_that_a_check_misses_and_exits_with_1()
    {
        string store = stored.NewPath();
        Copy("index.json", store);
        Copy(s_secondShard, store);

        CliResult result = CliProgram.Run("features", "--check", store);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            [$"{Path.Combine(store, s_firstShard)}: missing", $"{store}: 1 shard is to be made"], result.OutputLines);
    }

    [Fact]
    public void Joins_stores_that_were_filled_apart()
    {
        (string first, string second, string whole) = (stored.NewPath(), stored.NewPath(), stored.NewPath());
        Copy("index.json", first);
        Copy(s_firstShard, first);
        Copy("index.json", second);
        Copy(s_secondShard, second);

        CliResult part = CliProgram.Run("features", "--merge", first, "--output", whole);
        CliResult all = CliProgram.Run("features", "--merge", first, "--merge", second, "--output", whole).Succeeds();

        Assert.Equal((1, $"{whole}: 1 shard is in none of them"), (part.ExitCode, Assert.Single(part.OutputLines)));
        Assert.Equal($"{whole}: complete", Assert.Single(all.OutputLines));
        foreach (string name in new[] { "index.json", s_firstShard, s_secondShard })
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(stored.Store, name)), File.ReadAllBytes(Path.Combine(whole, name)));
        }
    }

    [Fact]
    public void Joins_no_shard_that_is_damaged()
    {
        (string damaged, string whole) = (stored.NewPath(), stored.NewPath());
        Copy("index.json", damaged);
        Copy(s_firstShard, damaged);
        byte[] bytes = File.ReadAllBytes(Path.Combine(damaged, s_firstShard));
        bytes[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(damaged, s_firstShard), bytes);

        CliResult result = CliProgram.Run("features", "--merge", damaged, "--output", whole);

        Assert.Equal(
            (1, $"{whole}: 2 shards are in none of them"), (result.ExitCode, Assert.Single(result.OutputLines)));
        Assert.False(File.Exists(Path.Combine(whole, s_firstShard)));
    }

    [Fact]
    public void Joins_no_stores_that_were_made_from_something_else()
    {
        (string first, string second, string whole) = (stored.NewPath(), stored.NewPath(), stored.NewPath());
        Copy("index.json", first);
        Copy("index.json", second);
        string index = Path.Combine(second, "index.json");
        File.WriteAllBytes(index, SealedAnew.Of(
            File.ReadAllText(index).Replace("\"viewCount\": 2", "\"viewCount\": 3", StringComparison.Ordinal)));

        CliResult result = CliProgram.Run("features", "--merge", first, "--merge", second, "--output", whole);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("viewCount", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(whole));
    }

    [Fact]
    public void Names_a_list_of_pictures_that_is_damaged_and_writes_it_anew()
    {
        string store = stored.NewPath();
        Array.ForEach(["index.json", s_firstShard, s_secondShard, ListFile], file => Copy(file, store));

        string list = Path.Combine(store, ListFile);
        byte[] whole = File.ReadAllBytes(list);
        File.WriteAllBytes(list, whole[..^9]);

        CliResult check = CliProgram.Run("features", "--check", store);
        CliResult distil = CliProgram.Run(distilled.Arguments(
            ("--images", stored.Photos), ("--store", store), ("--output", stored.NewPath()), ("--val", null)));
        CliResult merge = CliProgram.Run("features", "--merge", store, "--output", stored.NewPath());
        CliResult again = CliProgram.Run(stored.Arguments(("--views", "2"), ("--output", store)));

        Assert.Equal(
            [$"{list}: damaged. features with the same settings writes it anew.", $"{store}: all shards are whole"],
            check.OutputLines);
        Assert.Equal((1, 0, 0, 0), (check.ExitCode, distil.ExitCode, merge.ExitCode, again.ExitCode));
        string warning = $"warning: {list}: damaged. ";
        Assert.Single(distil.ErrorLines, line => line.StartsWith(warning, StringComparison.Ordinal));
        Assert.Equal($"{warning}It is not taken over.", Assert.Single(merge.ErrorLines));
        Assert.Contains($"{warning}It is written anew.", again.ErrorLines);
        Assert.Equal(whole, File.ReadAllBytes(list));
    }

    [Fact]
    public void Counts_the_shards_that_a_check_misses()
    {
        string store = stored.NewPath();
        Copy("index.json", store);

        CliResult result = CliProgram.Run("features", "--check", store);

        Assert.Equal($"{store}: 2 shards are to be made", result.OutputLines[^1]);
    }

    [Fact]
    public void Counts_the_shards_of_other_parts()
    {
        string store = stored.NewPath();

        CliResult result = CliProgram.Run(
            stored.Arguments(("--views", "1"), ("--shard", "2/2"), ("--output", store))).Succeeds();

        Assert.Equal(
            [$"This part of {store} is done; of other parts, 1 shard is still missing."], result.OutputLines);
    }

    [Fact]
    public void Stores_what_was_decoded_fast_as_something_else() => Assert.Contains(
        "was made from another 'fastJpeg': false there, true here",
        Mistake([.. stored.Arguments(("--views", "2"), ("--output", stored.Store)).Skip(1), "--fast-jpeg"]),
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_to_check_where_no_store_is()
    {
        string store = stored.NewPath();

        Assert.Contains($"No teacher store at '{store}'", Mistake("--check", store), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3/2", "--shard 3/2 asks for part 3 of 2")]
    [InlineData("half", "--shard is 'half'")]
    [InlineData("auto", "--shard auto finds neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX")]
    public void Refuses_a_part_that_there_is_not(string shard, string expected) => Assert.Contains(
        expected,
        Mistake([.. stored.Arguments(("--views", "2"), ("--output", stored.NewPath()), ("--shard", shard)).Skip(1)]),
        StringComparison.Ordinal);

    [Fact]
    public void Asks_for_the_folder_of_the_store() => Assert.Contains(
        "Give --output", Mistake([.. stored.Arguments(("--views", "2")).Skip(1)]), StringComparison.Ordinal);

    [Fact]
    public void Asks_for_the_number_of_views() => Assert.Contains(
        "--views is 0",
        Mistake([.. stored.Arguments(("--output", stored.NewPath()), ("--recipe", "paper")).Skip(1)]),
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_to_add_to_a_store_of_another_seed() => Assert.Contains(
        "was made from another 'views'",
        Mistake([.. stored.Arguments(("--views", "2"), ("--seed", "5"), ("--output", stored.Store)).Skip(1)]),
        StringComparison.Ordinal);

    [Fact]
    public void Makes_a_store_that_a_distillation_learns_from()
    {
        CliResult result = CliProgram.Run(distilled.Arguments(
            ("--images", stored.Photos), ("--store", stored.Store), ("--output", stored.NewPath()), ("--val", null)));

        Assert.Contains(
            result.Succeeds().ErrorLines, line => line.StartsWith("epoch 2: loss ", StringComparison.Ordinal));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(stored.Store, "class_vectors")));
    }

    [Fact]
    public void Makes_a_store_that_a_distillation_with_fast_decoding_refuses()
    {
        IEnumerable<string> arguments = distilled.Arguments(
            ("--images", stored.Photos), ("--store", stored.Store), ("--output", stored.NewPath()), ("--val", null));

        Assert.Contains(
            "was made from another 'fastJpeg'",
            CliProgram.Run([.. arguments, "--fast-jpeg"]).Mistake(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Makes_a_store_that_a_distillation_of_other_pictures_refuses()
    {
        CliResult result = CliProgram.Run(distilled.Arguments(
            ("--store", stored.Store), ("--output", stored.NewPath()), ("--val", null)));

        Assert.Contains(
            $"The teacher store {stored.Store} was made from other pictures: ",
            result.Mistake(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_the_files_of_one_process_where_two_share_the_work_and_one_is_killed()
    {
        string alone = stored.NewPath();
        string shared = stored.NewPath();
        CliProgram.Run(Part("1/1", alone)).Succeeds();
        using (Process first = CliProgram.Start(Part("1/2", shared)))
        {
            Task<CliResult> second = Task.Run(() => CliProgram.Run(Part("2/2", shared)), Stop);
            while (await first.StandardError.ReadLineAsync(Stop) is { } line
                && !line.StartsWith("Storing ", StringComparison.Ordinal))
            {
            }

            first.Kill();
            await first.WaitForExitAsync(Stop);
            (await second).Succeeds();
        }

        Assert.False(File.Exists(Path.Combine(shared, s_firstShard)), "The process was to be killed before its end.");
        CliProgram.Run(Part("1/2", shared)).Succeeds();

        Assert.Equal(Digests(alone), Digests(shared));
    }

    [Fact]
    public async Task Lets_one_of_two_processes_begin_a_store_and_refuses_the_other_by_name()
    {
        string store = stored.NewPath();
        CliResult[] results = await Task.WhenAll(Enumerable.Range(5, 2).Select(seed => Task.Run(
            () => CliProgram.Run(stored.Arguments(("--views", "1"), ("--seed", $"{seed}"), ("--output", store))),
            Stop)));

        Assert.Single(results, result => result.ExitCode == 0).Succeeds();
        Assert.Contains(
            "was made from another 'views'",
            Assert.Single(results, result => result.ExitCode != 0).Mistake(),
            StringComparison.Ordinal);
        Assert.Empty(TeacherStoring.Check(store, TestContext.Current.CancellationToken));
    }

    // Enough views for a second or more between the first word and the last.
    private IEnumerable<string> Part(string part, string store) =>
        stored.Arguments(("--views", "8"), ("--shard", part), ("--output", store));

    private void Copy(string file, string store)
    {
        string target = Path.Combine(store, file);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(Path.Combine(stored.Store, file), target);
    }

    private static string Mistake(params string[] options) => CliProgram.Run(["features", .. options]).Mistake();

    private static SortedDictionary<string, string> Digests(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) != ".digests.tsv")
            .ToDictionary(
            path => Path.GetRelativePath(folder, path),
            path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))));
}
