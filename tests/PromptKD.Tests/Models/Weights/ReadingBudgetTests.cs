using System.IO.Compression;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Zip;

namespace PromptKD.Tests.Models.Weights;

/// <summary>
/// Small files that describe tensors larger than themselves: views that share, repeat or unpack what is stored.
/// </summary>
public sealed class ReadingBudgetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Refuses_what_torch_expanded()
    {
        string path = Path.Combine(_folder, "a.pt");
        PythonTorch.Run(
            "import sys, torch; torch.save({'a': torch.ones(1).expand(4096, 4096)}, sys.argv[1])", path);

        Refuses(path);
    }

    [Fact]
    public void Refuses_a_thousand_views_of_one_storage()
    {
        string path = Path.Combine(_folder, "a.pt");
        PythonTorch.Run(
            """
            import sys, torch
            stored = torch.ones(250000)
            torch.save({str(i): stored[:249000 + i] for i in range(1000)}, sys.argv[1])
            """,
            path);

        Refuses(path);
    }

    [Fact]
    public void Refuses_rows_that_overlap()
    {
        string path = Path.Combine(_folder, "a.pt");
        PythonTorch.Run(
            "import sys, torch; torch.save({'a': torch.ones(8191).as_strided((4096, 4096), (1, 1))}, sys.argv[1])",
            path);

        Refuses(path);
    }

    [Fact]
    public void Refuses_what_is_packed_a_thousandfold()
    {
        string plain = Path.Combine(_folder, "plain.pt"), path = Path.Combine(_folder, "a.pt");
        using (Tensor zero = zeros(16 << 20))
        {
            TorchZipWriter.WriteStateDict(plain, [new("a", zero)]);
        }

        using (ZipArchive source = ZipFile.OpenRead(plain), target = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            foreach (ZipArchiveEntry entry in source.Entries)
            {
                using Stream from = entry.Open(), to = target.CreateEntry(
                    entry.FullName, CompressionLevel.Optimal).Open();
                from.CopyTo(to);
            }
        }

        Refuses(path);
    }

    [Fact]
    public void Reads_what_torch_shares_and_expands_by_right()
    {
        string path = Path.Combine(_folder, "a.pt");
        PythonTorch.Run(
            """
            import sys, torch
            whole = torch.arange(3 * 100 * 100.).reshape(300, 100)
            query, key, value = whole.chunk(3)
            columns = whole.t().chunk(4)
            torch.save({'tied': whole, 'again': whole, 'query': query, 'key': key, 'value': value,
                'column': columns[1], 'ids': torch.arange(77).expand(1, -1), 'few': torch.ones(1).expand(8, 50),
                'empty': torch.ones(0, 3), 'scalar': torch.tensor(2.5), 'half': whole[5].bfloat16()}, sys.argv[1])
            """,
            path);

        using DisposeScope scope = NewDisposeScope();
        using CheckpointFile file = CheckpointFile.Open(path);
        var tensors = file.Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.Read());

        Assert.True(tensors["tied"].eq(tensors["again"]).all().item<bool>());
        Assert.Equal(10_000, tensors["key"][0, 0].item<float>());
        Assert.Equal([25, 300], tensors["column"].shape);
        Assert.Equal(125, tensors["column"][0, 1].item<float>());
        Assert.Equal(2.5f, tensors["scalar"].item<float>());
        Assert.Equal(ScalarType.BFloat16, tensors["half"].dtype);
    }

    private static void Refuses(string path)
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFile file = CheckpointFile.Open(path);

        var error = Assert.Throws<PromptKDException>(
            () => file.Tensors.Values.Select(tensor => tensor.Read()).ToArray());

        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("its tensors are far larger than the file", error.Message, StringComparison.Ordinal);
    }
}
