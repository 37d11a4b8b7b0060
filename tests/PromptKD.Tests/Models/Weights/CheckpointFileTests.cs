using PromptKD.Golden;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    /// <summary>One golden file of each format, small enough that damage hits its structure.</summary>
    public static TheoryData<string> Files =>
    [
        "11-checkpoints/odd_tensors.pt",
        "11-checkpoints/odd_tensors_legacy.pt",
        "11-checkpoints/student_promptkd/VLPromptLearner/model.pth.tar-20",
        "11-checkpoints/student_promptkd/gpu-fp16-legacy.pth.tar",
        "11-checkpoints/student_promptkd/VLPromptLearner/model-best.pth.tar",
        "11-checkpoints/openai_style_jit_mixed_fp16.pt",
        "11-checkpoints/odd_tensors_expected.safetensors",
    ];

    /// <summary>Random damages for each file and test: PROMPTKD_FUZZ_ROUNDS, or few enough for every build.</summary>
    private static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("PROMPTKD_FUZZ_ROUNDS"), out int rounds) ? rounds : 100;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Says_in_one_line_that_a_file_is_cut_short(string file)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(ProjectFolder.Golden, file));
        var random = new Random(1);
        foreach (int length in Enumerable.Range(0, Rounds).Select(_ => random.Next(whole.Length)))
        {
            string path = Write(whole[..length]);

            var error = Assert.Throws<PromptKDException>(() => ReadAll(path));

            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Reads_or_refuses_damaged_bytes_and_never_fails_otherwise(string file)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(ProjectFolder.Golden, file));
        var random = new Random(2);
        for (int round = 0; round < Rounds; round++)
        {
            string path = Write(Damage(whole, random));
            long before = GC.GetAllocatedBytesForCurrentThread();

            Exception? error = Record.Exception(() => ReadAll(path));

            Assert.True(error is null or PromptKDException, $"{file}, round {round}: {error}");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 << 20);
        }
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>")]
    [InlineData("version https://git-lfs.github.com/spec/v1")]
    [InlineData("")]
    public void Shows_how_a_file_begins_that_holds_no_weights(string content)
    {
        string path = Write(System.Text.Encoding.ASCII.GetBytes(content));

        var error = Assert.Throws<PromptKDException>(() => CheckpointFile.Open(path));

        Assert.Contains($"'{content[..Math.Min(16, content.Length)]}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_a_missing_file()
    {
        string path = Path.Combine(_folder, "absent.pt");

        var error = Assert.Throws<PromptKDException>(() => CheckpointFile.Open(path));

        Assert.Equal($"{path}: there is no such file.", error.Message);
    }

    private static void ReadAll(string path)
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFile file = CheckpointFile.Open(path);
        foreach (TensorEntry tensor in file.Tensors.Values)
        {
            tensor.Read();
        }
    }

    // Formats keep their structure at the beginning and the end: most of the damage goes there.
    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] damaged = [.. whole];
        int edge = Math.Min(whole.Length, 8192);
        for (int flips = random.Next(1, 6); flips > 0; flips--)
        {
            int position = random.Next(3) switch
            {
                0 => random.Next(whole.Length),
                1 => random.Next(edge),
                _ => whole.Length - 1 - random.Next(edge),
            };
            damaged[position] = (byte)random.Next(256);
        }

        return damaged;
    }

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_folder, "file.pt");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
