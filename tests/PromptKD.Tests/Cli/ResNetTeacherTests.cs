using System.Text.Json.Nodes;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Cli;

/// <summary>
/// A CLIP with a ResNet as teacher, in open_clip's format: its weights are random, its vocabulary the demo's.
/// </summary>
[Collection(CommandLine.Name)]
public sealed class ResNetTeacherTests(DistilledRun run)
{
    private static readonly ClipArchitecture s_teacher = TinyResNet.Architecture with
    {
        ImageSize = 32,
        VisionWidth = 256,
        VisionHeads = 2, // of 128 channels: only the configuration can say so
        ContextLength = 16,
        VocabularySize = 612,
    };

    [Fact]
    public void Teaches_a_vision_transformer()
    {
        string output = run.NewPath();

        CliResult result = CliProgram.Run(run.Arguments(
            ("--teacher", WriteTeacher()), ("--output", output), ("--epochs", "1"), ("--val", null)));

        result.Succeeds();
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "student", "model.json")))!;
        Assert.Equal(s_teacher.EmbeddingSize, manifest["teacherEmbedding"]!.GetValue<int>());
    }

    [Fact]
    public void Is_read_with_the_heads_that_its_folder_names()
    {
        using var clip = ClipCheckpoint.Open(WriteTeacher());

        Assert.Equal(s_teacher with { Activation = ClipActivation.Gelu }, clip.Architecture);
    }

    private string WriteTeacher()
    {
        using DisposeScope scope = NewDisposeScope();
        string folder = run.NewPath();
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(DistilledRun.TeacherFolder, "merges.txt"), Path.Combine(folder, "merges.txt"));
        File.WriteAllText(
            Path.Combine(folder, "open_clip_config.json"),
            """
            {"model_cfg": {
                "embed_dim": 24,
                "vision_cfg": {"image_size": 32, "layers": [2, 1, 1, 1], "width": 8, "head_width": 128},
                "text_cfg": {"context_length": 16, "vocab_size": 612, "width": 64, "heads": 1, "layers": 2}}}
            """);
        Dictionary<string, Tensor> weights = TinyResNet.Weights(s_teacher);
        weights["visual.bn1.num_batches_tracked"] = tensor(7L); // as files have it; nothing needs it
        SafetensorsFile.Write(Path.Combine(folder, "open_clip_model.safetensors"), [.. weights]);
        return folder;
    }
}
