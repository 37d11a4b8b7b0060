using System.Diagnostics;
using System.Security.Cryptography;
using PromptKD.Tests.Data.Datasets;

namespace PromptKD.Tests.Cli;

/// <summary>
/// Several machines fill the store of a data set of the paper (<c>features --dataset --shard</c>), and a training reads
/// it: each a process of the built program.
/// </summary>
[Collection(CommandLine.Name)]
public sealed class DatasetStoreTests : IDisposable
{
    private const int Parts = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Store => Path.Combine(_folder, "store");

    private string Teacher => Path.Combine(_folder, "teacher.safetensors");

    private string Root => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Parts_that_are_made_at_the_same_time_teach_what_one_training_stores_by_itself()
    {
        FakeDatasets.Enlarge(FakeDatasets.Create("OxfordPets", Root), pictures: 300); // A shard has 256.
        TinyClip.Write(Teacher, TinyClip.Architecture with { EmbeddingSize = 40 }, seed: 1);
        TinyClip.Write(Student, TinyClip.Architecture, seed: 1000);

        Process[] parts = [.. Enumerable.Range(1, Parts).Select(StartPart)];
        string[] said = await Task.WhenAll(parts.Select(part => part.StandardOutput.ReadToEndAsync(Stop)));
        await Task.WhenAll(parts.Select(part => part.WaitForExitAsync(Stop)));
        Train("from-store", "--store", Store);
        Train("by-itself", "--teacher", Teacher, "--teacher-prompts", "none", "--views", "2");

        Assert.All(parts, part => Assert.Equal(0, part.ExitCode));
        Assert.Contains(said, text => text.Contains($"The store {Store} is complete", StringComparison.Ordinal));
        Assert.Equal(Parts, Directory.EnumerateFiles(Path.Combine(Store, "shards"), "*.safetensors").Count());
        Assert.Equal(Learned("by-itself"), Learned("from-store"));
        Assert.DoesNotContain(Teacher, File.ReadAllText(Output("from-store", "log.txt")), StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Student => Path.Combine(_folder, "student.safetensors");

    private Process StartPart(int number) => CliProgram.Start(
    [
        "features", "--dataset", "oxford_pets", "--root", Root, "--output", Store, "--shard", $"{number}/{Parts}",
        "--teacher", Teacher, "--teacher-prompts", "none", "--views", "2", .. Common,
    ]);

    private void Train(string run, params string[] teacher) => CliProgram.Run(
    [
        "train", "--root", Root, "--seed", "1", "--trainer", "PromptKD", "--output-dir", Output(run),
        "--dataset-config-file", PaperFolder.Configs("datasets", "oxford_pets.yaml"), "--config-file",
        PaperFolder.Configs("trainers", "PromptKD", "vit_b16_c2_ep20_batch8_4+4ctx.yaml"), "--student", Student,
        .. teacher, "TRAINER.MODAL", "base2novel", "OPTIM.MAX_EPOCH", "2", .. Common,
    ]).Succeeds();

    private static string[] Common =>
        ["DISTILL.VOCAB", TinyClip.Vocabulary, "DEVICE", "cpu", "DATALOADER.NUM_WORKERS", "1"];

    private string Learned(string run) =>
        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Output(run, "student", "student.safetensors"))));

    private string Output(params string[] parts) => Path.Combine([_folder, .. parts]);
}
