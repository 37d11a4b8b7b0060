using System.Security.Cryptography;
using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class DigestMemoryTests : IDisposable
{
    private static readonly DateTime s_longAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly string s_digest = new('a', 64);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Knows_a_file_in_the_next_process()
    {
        string b = Write("b.bin", "123"), a = Write("a.bin", "1");
        var memory = DigestMemory.Open(MemoryPath);
        Hash(memory, b);
        Hash(memory, a);

        memory.Save();

        // .NET counts ticks of 100 ns from the year 1: date -u -d 2020-01-02T03:04:05 +%s is 1577934245, and the year
        // 1970 began 62135596800 s after the year 1.
        Assert.Equal(
            Checked($"1\t637135310450000000\t{s_digest}\t{a}\n3\t637135310450000000\t{s_digest}\t{b}\n"),
            File.ReadAllText(MemoryPath));
        Assert.Equal(s_digest, DigestMemory.Open(MemoryPath).Find(a));
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, b);
        Assert.Equal(s_digest, DigestMemory.Open(MemoryPath).Find(relative));
    }

    [Fact]
    public void Knows_what_it_wrote_itself_once_that_has_settled()
    {
        string old = Write("old", "1"), young = Write("young", "1"), changed = Write("changed", "1");
        File.SetLastWriteTimeUtc(young, DateTime.UtcNow.AddMinutes(1));
        var memory = DigestMemory.Open(MemoryPath);
        Assert.All([old, young, changed], file => memory.RememberWritten(file, s_digest, file));
        Write("changed", "12");

        memory.Save();

        var next = DigestMemory.Open(MemoryPath);
        Assert.Equal((s_digest, null, null), (next.Find(old), next.Find(young), next.Find(changed)));
    }

    [Fact]
    public void Keeps_what_another_process_has_saved_meanwhile()
    {
        string one = Write("one", "1"), other = Write("other", "1");
        var first = DigestMemory.Open(MemoryPath);
        var second = DigestMemory.Open(MemoryPath);
        Hash(first, one);
        Hash(second, other);

        second.Save();
        first.Save();

        Assert.Equal(s_digest, DigestMemory.Open(MemoryPath).Find(one));
        Assert.Equal(s_digest, DigestMemory.Open(MemoryPath).Find(other));
    }

    [Fact]
    public void Takes_over_what_another_process_collects_but_no_more()
    {
        string before = Write("before", "1"), found = Write("found", "1");
        var teller = DigestMemory.Open(MemoryPath);
        Hash(teller, before);
        teller.Collect();
        Hash(teller, found);
        var listener = DigestMemory.Open(Path.Combine(_folder, "other.tsv"));

        listener.TakeOver(teller.TakeCollected());

        Assert.Equal((null, s_digest), (listener.Find(before), listener.Find(found)));
        Write("found", "12");
        Assert.Null(listener.Find(found));
    }

    [Fact]
    public void Forgets_a_file_whose_size_or_time_is_another()
    {
        string longer = Write("longer", "1"), later = Write("later", "1"), gone = Write("gone", "1");
        var memory = DigestMemory.Open(MemoryPath);
        Assert.All([longer, later, gone], file => Hash(memory, file));

        Write("longer", "12");
        File.SetLastWriteTimeUtc(later, s_longAgo.AddTicks(10));
        File.Delete(gone);

        Assert.All([longer, later, gone], file => Assert.Null(memory.Find(file)));
    }

    [Fact]
    public void Takes_a_link_for_the_file_that_it_leads_to()
    {
        string file = Write("file", "1"), link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, file);
        var memory = DigestMemory.Open(MemoryPath);
        Hash(memory, link);
        Assert.Equal(s_digest, memory.Find(link));

        Write("file", "12");

        Assert.Null(memory.Find(link));
    }

    [Fact]
    public void Does_not_keep_what_was_computed_while_the_file_changed()
    {
        string file = Write("file", "1");
        var memory = DigestMemory.Open(MemoryPath);

        memory.Find(file);
        Write("file", "12");
        memory.Remember(file, s_digest);

        Assert.Null(memory.Find(file));
    }

    [Fact]
    public void Does_not_keep_what_one_thread_read_before_another_began()
    {
        string file = Write("file", "1");
        var memory = DigestMemory.Open(MemoryPath);

        memory.Find(file);
        Write("file", "12");
        memory.Find(file);
        memory.Remember(file, s_digest);

        Assert.Null(memory.Find(file));
    }

    [Fact]
    public void Does_not_keep_a_file_that_has_just_changed()
    {
        string now = Write("now", "1"), settled = Write("settled", "1"), future = Write("future", "1");
        File.SetLastWriteTimeUtc(now, DateTime.UtcNow);
        File.SetLastWriteTimeUtc(settled, DateTime.UtcNow.AddSeconds(-3));
        File.SetLastWriteTimeUtc(future, DateTime.UtcNow.AddDays(1));
        var memory = DigestMemory.Open(MemoryPath);

        Assert.All([now, settled, future], file => Hash(memory, file));

        Assert.Null(memory.Find(now));
        Assert.Equal(s_digest, memory.Find(settled));
        Assert.Null(memory.Find(future));
    }

    [Fact]
    public void Knows_parts_of_a_file_for_as_long_as_the_file_stays()
    {
        string shard = Write("1.tar", "1");
        string first = $"{shard}/a.png", second = $"{shard}/b.png";
        var memory = DigestMemory.Open(MemoryPath);
        Hash(memory, shard, first);
        memory.Find(shard, second);
        memory.Remember(shard, $"12:{s_digest}", second);

        Assert.Equal(s_digest, memory.Find(shard, first));
        Assert.Equal($"12:{s_digest}", memory.Find(shard, second));
        Assert.Null(memory.Find(shard));

        Write("1.tar", "12");
        Assert.Null(memory.Find(shard, first));
    }

    [Theory]
    [InlineData("1\t637135310450000000\tDIGEST\tPATH\nrubbish\n")]
    [InlineData("1\t637135310450000000\tDIGEST\tPATH\n1\t637135310450000000\tDIGEST\tPATH\n")]
    [InlineData("one\t637135310450000000\tDIGEST\tPATH\n")]
    [InlineData("1\t637135310450000000\tabc\tPATH\n")]
    [InlineData("\0\0\0\0")]
    public void Is_begun_anew_where_its_file_is_damaged(string text)
    {
        string file = Write("file", "1");
        string whole = "1\t637135310450000000\tDIGEST\tPATH\n";
        File.WriteAllText(MemoryPath, Checked(Fill(whole)));
        Assert.Equal(s_digest, DigestMemory.Open(MemoryPath).Find(file));

        File.WriteAllText(MemoryPath, Checked(Fill(text)));
        var memory = DigestMemory.Open(MemoryPath);

        Assert.Null(memory.Find(file));
        memory.Remember(file, s_digest);
        memory.Save();
        Assert.Equal(Checked(Fill(whole)), File.ReadAllText(MemoryPath));

        string Fill(string form) => form
            .Replace("DIGEST", s_digest, StringComparison.Ordinal)
            .Replace("PATH", file, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_begun_anew_where_somebody_changed_it_or_it_ends_early()
    {
        string file = Write("file", "1"), other = Write("other", "1");
        var memory = DigestMemory.Open(MemoryPath);
        Hash(memory, file);
        Hash(memory, other);
        memory.Save();
        string whole = File.ReadAllText(MemoryPath);
        string[] lines = File.ReadAllLines(MemoryPath);

        // Another digest of one file is well formed, and so is a file that lacks its end.
        Assert.Null(Reopen(
            whole.Replace($"{s_digest}\t{file}\n", $"{new string('b', 64)}\t{file}\n", StringComparison.Ordinal)));
        Assert.Null(Reopen($"{lines[0]}\n"));
        Assert.Null(Reopen($"{lines[1]}\n{lines[0]}\n{lines[2]}\n"));
        Assert.Null(Reopen($"{whole}{lines[0]}\n"));
        Assert.Equal(s_digest, Reopen(whole));

        string? Reopen(string text)
        {
            File.WriteAllText(MemoryPath, text);
            return DigestMemory.Open(MemoryPath).Find(file);
        }
    }

    [Fact]
    public void Is_written_only_where_something_is_new()
    {
        string file = Write("file", "1");
        var memory = DigestMemory.Open(MemoryPath);
        memory.Save();
        Assert.False(File.Exists(MemoryPath));

        Hash(memory, file);
        memory.Save();
        File.Delete(MemoryPath);
        memory.Save();

        Assert.False(File.Exists(MemoryPath));
    }

    [Fact]
    public void May_be_shared_by_threads()
    {
        string[] files = [.. Enumerable.Range(0, 200).Select(number => Write($"{number}", "1"))];
        var memory = DigestMemory.Open(MemoryPath);

        Parallel.ForEach(files.Concat(files), file =>
        {
            Hash(memory, file);
            memory.Save();
        });

        memory.Save();
        Assert.Equal(
            files.Order(StringComparer.Ordinal),
            File.ReadLines(MemoryPath).SkipLast(1).Select(line => line.Split('\t')[3]));
    }

    [Fact]
    public void May_be_none()
    {
        string file = Write("file", "1");

        Hash(DigestMemory.None, file);
        DigestMemory.None.Save();

        Assert.Null(DigestMemory.None.Find(file));
    }

    private string MemoryPath => Path.Combine(_folder, "memory.txt");

    private static string Checked(string lines) =>
        $"{lines}sha256\t{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)))}\n";

    private static void Hash(DigestMemory memory, string file, string? key = null)
    {
        memory.Find(file, key);
        memory.Remember(file, s_digest, key);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, s_longAgo);
        return path;
    }
}
