using PromptKD.Models.Weights;
using PromptKD.Tests.Data.Datasets;

namespace PromptKD.Tests.Cli;

/// <summary>
/// A folder that the program is started in, laid out as that of the reference: tiny random CLIPs in <c>clip/</c>, a
/// teacher's prompts in <c>teacher_model/</c>, and data sets of four classes in <c>data/</c>.
/// </summary>
internal sealed class PaperFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    /// <param name="datasets">By DATASET.NAME. ImageNet, from which the teacher learns its prompts, is always
    /// there.</param>
    public PaperFolder(params IReadOnlyList<string> datasets)
    {
        foreach (string dataset in datasets.Append("ImageNet").Distinct())
        {
            FakeDatasets.Create(dataset, In("data"));
        }

        TinyClip.Write(In("clip", "ViT-L-14.pt"), TinyClip.Architecture with { EmbeddingSize = 40 }, seed: 1);
        TinyClip.Write(In("clip", "ViT-B-16.pt"), TinyClip.Architecture, seed: 1000);
        TinyClip.Write(In("clip", "ViT-B-32.pt"), TinyClip.Architecture with { VisionLayers = 2 }, seed: 2000);
        using (NewDisposeScope())
        {
            SafetensorsFile.Write(In("clip", "RN50.pt"), [.. TinyResNet.Weights(TinyResNet.Architecture)]);
        }

        TeachTeacher();
    }

    /// <summary>A file of the paper's settings.</summary>
    public static string Configs(params string[] parts) =>
        Path.Combine([PromptKD.Golden.ProjectFolder.Root, "configs", .. parts]);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Starts the program in the folder, with what tiny models need.</summary>
    public CliResult Run(params IEnumerable<string> arguments) => CliProgram.RunIn(
        _folder,
        [.. arguments, "DISTILL.VOCAB", TinyClip.Vocabulary, "DEVICE", "cpu", "DATALOADER.NUM_WORKERS", "1"]);

    /// <summary>A path in the folder, whose own folder is there.</summary>
    public string In(params string[] parts)
    {
        string path = Path.Combine([_folder, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    // One for each place where the reference looks.
    private void TeachTeacher()
    {
        Run(
            "train", "--root", "data", "--seed", "1", "--trainer", "PromptSRC", "--output-dir", "taught",
            "--dataset-config-file", Configs("datasets", "imagenet.yaml"),
            "--config-file", Configs("trainers", "PromptSRC", "vit_l14_c2_ep20_batch8_4+4ctx.yaml"),
            "OPTIM.MAX_EPOCH", "1", "DATASET.NUM_SHOTS", "2", "DATASET.SUBSAMPLE_CLASSES", "base").Succeeds();
        string prompts = In("taught", "VLPromptLearner", "model.pth.tar-1");
        File.Copy(prompts, In("teacher_model", "ImageNet", "VLPromptLearner", "model-best.pth.tar"));
        File.Copy(prompts, In("teacher_model", "ImageNet-xd", "VLPromptLearner_large", "model.pth.tar-20"));
    }
}
