using PromptKD.Data.Decoding;
using PromptKD.Features.Store;
using PromptKD.Runtime;

namespace PromptKD.Tests.Features.Store;

public sealed class StoreShardTests : IDisposable
{
    private static readonly DateTime s_longAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private readonly StoreIndex _index = new()
    {
        Teacher = "tiny",
        TeacherPrompts = "none",
        RoundPromptsToHalf = false,
        Pictures = "none",
        PictureCount = 2,
        Preprocessing = new Preprocessing { Size = 4 },
        FastJpeg = false,
        Views = new ViewGenerator(Seed: 4),
        ViewCount = 1,
        Precision = "fp32",
        EmbeddingSize = 3,
        PicturesPerShard = 2,
        BatchSize = 2,
    };

    public StoreShardTests() => Write();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_read_again_only_where_it_has_changed()
    {
        var memory = DigestMemory.Open(Path.Combine(_folder, "memory.txt"));
        Assert.Null(FindFault(memory));

        // Another content of the same size and time: only who reads it sees it.
        Damage();
        Assert.Null(FindFault(memory));
        Assert.Equal($"{ShardPath}: damaged, its content is not what was written", FindFault());

        File.SetLastWriteTimeUtc(ShardPath, s_longAgo.AddSeconds(1));
        Assert.Equal($"{ShardPath}: damaged, its content is not what was written", FindFault(memory));
        Assert.Equal($"{ShardPath}: damaged, its content is not what was written", FindFault(memory));
    }

    [Fact]
    public void Has_its_header_checked_also_where_it_is_remembered()
    {
        var memory = DigestMemory.Open(Path.Combine(_folder, "memory.txt"));
        Assert.Null(FindFault(memory));

        Assert.Equal(
            $"{ShardPath}: belongs to another store",
            StoreShard.FindFault(_folder, 0, _index with { Teacher = "other" }, memory));

        File.Delete(ShardPath);
        Assert.Equal($"{ShardPath}: missing", FindFault(memory));
    }

    [Fact]
    public void Is_damaged_where_it_is_cut_short()
    {
        byte[] whole = File.ReadAllBytes(ShardPath);
        foreach (int length in new[] { whole.Length - 1, 20, 0 })
        {
            File.WriteAllBytes(ShardPath, whole[..length]);

            Assert.StartsWith($"{ShardPath}: damaged", FindFault(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Class_vectors_of_a_store_that_went_do_not_make_its_folder_anew()
    {
        var store = TeacherStore.OpenOrBegin(_folder, _index);
        using Tensor vectors = torch.ones(2, 4);
        Directory.Move(_folder, _folder + ".gone");

        string message = Assert.Throws<PromptKDException>(
            () => store.KeepClassVectors("key", new StoredVectors(vectors, 1, "vocabulary"))).Message;

        Assert.StartsWith($"The folder '{_folder}' was deleted or moved", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder));
        Directory.Move(_folder + ".gone", _folder);
    }

    [Fact]
    public void Is_counted_by_its_header_and_length_alone()
    {
        var store = TeacherStore.OpenOrBegin(_folder, _index);
        Damage();
        Assert.Equal(0, store.CountMissing());
        Assert.Single(store.Check(stop: TestContext.Current.CancellationToken));

        byte[] whole = File.ReadAllBytes(ShardPath);
        File.WriteAllBytes(ShardPath, whole[..^1]);
        Assert.Equal(1, store.CountMissing());

        File.Delete(ShardPath);
        Assert.Equal(1, store.CountMissing());
    }

    [Fact]
    public void Is_known_to_whoever_has_written_it()
    {
        var memory = DigestMemory.Open(Path.Combine(_folder, "memory.txt"));
        using Tensor features = zeros([2, 1, 3], ScalarType.Float16);
        StoreShard.Write(_folder, 0, features, _index.Digest, memory);
        Thread.Sleep(2_100); // What was written less than 2 s ago is not believed yet.
        memory.Save();
        DateTime written = File.GetLastWriteTimeUtc(ShardPath);
        Damage();
        File.SetLastWriteTimeUtc(ShardPath, written);

        Assert.Null(FindFault(memory));
        Assert.NotNull(FindFault());
    }

    [Fact]
    public void Is_not_taken_for_another_of_its_store()
    {
        StoreIndex index = _index with { PictureCount = 4 };
        using Tensor features = zeros([2, 1, 3], ScalarType.Float16);
        StoreShard.Write(_folder, 0, features, index.Digest);
        StoreShard.Write(_folder, 1, features, index.Digest);
        Assert.Null(StoreShard.FindFault(_folder, 1, index));

        File.Copy(ShardPath, StoreShard.PathOf(_folder, 1), overwrite: true);

        Assert.EndsWith(
            ": another shard of this store", StoreShard.FindFault(_folder, 1, index), StringComparison.Ordinal);
    }

    [Fact]
    public void Is_asked_for_by_the_store_with_its_memory()
    {
        var store = TeacherStore.OpenOrBegin(_folder, _index);
        var memory = DigestMemory.Open(Path.Combine(_folder, "memory.txt"));
        Assert.Empty(store.Check(memory, TestContext.Current.CancellationToken));
        Damage();

        Assert.Empty(store.Check(memory, TestContext.Current.CancellationToken));
        Assert.Empty(store.ShardsToMake(StorePart.Whole, memory, TestContext.Current.CancellationToken));
        using (StoredFeatures features = store.ReadTeacher(CPU, memory, TestContext.Current.CancellationToken))
        {
            Assert.NotNull(features);
        }

        Assert.Single(store.Check(stop: TestContext.Current.CancellationToken));
        Assert.Equal([0], store.ShardsToMake(StorePart.Whole, stop: TestContext.Current.CancellationToken));
        Assert.Throws<PromptKDException>(() => store.ReadTeacher(CPU, stop: TestContext.Current.CancellationToken));
    }

    private string ShardPath => StoreShard.PathOf(_folder, 0);

    private void Write()
    {
        using Tensor features = zeros([2, 1, 3], ScalarType.Float16);
        StoreShard.Write(_folder, 0, features, _index.Digest);
        File.SetLastWriteTimeUtc(ShardPath, s_longAgo);
    }

    private void Damage()
    {
        byte[] file = File.ReadAllBytes(ShardPath);
        file[^1] ^= 1;
        File.WriteAllBytes(ShardPath, file);
        File.SetLastWriteTimeUtc(ShardPath, s_longAgo);
    }

    private string? FindFault(DigestMemory? memory = null) => StoreShard.FindFault(_folder, 0, _index, memory);
}
