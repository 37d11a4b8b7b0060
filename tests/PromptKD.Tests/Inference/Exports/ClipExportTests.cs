using System.Text.Json;
using PromptKD.Export.Onnx;
using PromptKD.Golden;
using PromptKD.Inference;
using PromptKD.Inference.Exports;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Text;

namespace PromptKD.Tests.Inference.Exports;

/// <summary>
/// The towers of a CLIP as a folder of ONNX files: what is in it, and that both graphs are the CLIP's.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ClipExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Output => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_demo_model_is_written_with_all_that_belongs_to_it()
    {
        string teacher = Path.Combine(ProjectFolder.Root, "demo", "teacher");

        ClipOnnxReport report = ClipExport.Write(
            new ClipExportRequest { Clip = teacher, Output = Output }, cancellationToken: Stop);

        Assert.Equal(
            [
                "config.json",
                "merges.txt",
                "onnx/text_model.onnx",
                "onnx/vision_model.onnx",
                "preprocessor_config.json",
                "tokenizer_config.json", "vocab.json",
            ],
            report.Files.Keys.Order(StringComparer.Ordinal));
        Assert.All(
            report.Files,
            file => Assert.Equal(FileDigest.Sha256([Path.Combine(Output, file.Key)], stop: Stop), file.Value));
        Assert.Equal((64, "drawn"), (report.Parity.Vision.Compared, report.Parity.Vision.Source));
        Assert.All(
            report.Parity.Vision.Batches.Concat(report.Parity.Text!.Batches),
            batch => Assert.InRange(batch.SmallestCosine, 0.99999, 1));
        using var clip = ClipCheckpoint.Open(teacher);
        Assert.Equal(Math.Exp(clip.LogitScale), report.LogitScale);
        JsonElement preparation = Json("preprocessor_config.json");
        Assert.Equal(32, preparation.GetProperty("crop_size").GetProperty("height").GetInt32());
        Assert.Equal(32, preparation.GetProperty("size").GetProperty("shortest_edge").GetInt32());
        Assert.Equal(3, preparation.GetProperty("resample").GetInt32());
        Assert.Equal(
            16, Json("config.json").GetProperty("text_config").GetProperty("max_position_embeddings").GetInt32());
    }

    [Fact]
    public void The_text_graph_gives_the_vectors_of_the_text_tower_with_the_tokenizer_beside_it()
    {
        string teacher = Path.Combine(ProjectFolder.Root, "demo", "teacher");
        ClipExport.Write(new ClipExportRequest { Clip = teacher, Output = Output }, cancellationToken: Stop);
        const string Text = "a photo of a red star.";
        var options = new TextOptions { Device = ComputeDevice.Cpu, Precision = ComputePrecision.Fp32 };
        using var embedder = TextEmbedder.Load(teacher, options, Stop);
        float[] expected = embedder.Embed(Text, Stop);
        ITextTokenizer tokenizer = TextTokenizers.Load(Path.Combine(Output, "vocab.json"));
        int[] ids = tokenizer.Tokenize(Text, 16);
        Assert.Equal(TextTokenizers.Load(Path.Combine(teacher, "merges.txt")).Tokenize(Text, 16), ids);
        using OnnxSession session = OnnxSession.Open(Path.Combine(Output, "onnx", "text_model.onnx"));

        // Padded, and as long as the text is, which is what other programs feed.
        int length = Array.IndexOf(ids, ids.Max()) + 1;
        foreach (int tokens in new[] { 16, length })
        {
            long[] fed = [.. ids[..tokens].Select(id => (long)id)];
            float[] found = session.Run(ClipGraphs.Ids, fed, [1, tokens], [ClipGraphs.TextEmbeds])[0];
            double norm = Math.Sqrt(found.Sum(one => (double)one * one));
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second / norm, 1e-5));
        }

        JsonElement vocabulary = Json("vocab.json");
        Assert.Equal(ids.Max(), vocabulary.GetProperty("<|endoftext|>").GetInt32());
    }

    [Fact]
    public void Towers_of_other_families_are_written_too()
    {
        string siglip = Path.Combine(_folder, "siglip"), dinov2 = Path.Combine(_folder, "dinov2");
        string siglipOutput = Path.Combine(_folder, "siglip.out");

        ClipOnnxReport both = ClipExport.Write(
            new ClipExportRequest { Clip = TinyTowers.Siglip(siglip), Output = siglipOutput }, cancellationToken: Stop);
        ClipOnnxReport one = ClipExport.Write(
            new ClipExportRequest { Clip = TinyTowers.Dinov2(dinov2), Output = Output }, cancellationToken: Stop);

        Assert.Equal(64, both.ContextLength);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(siglip, "tokenizer.json")),
            File.ReadAllBytes(Path.Combine(siglipOutput, "tokenizer.json")));
        Assert.Null(one.ContextLength);
        Assert.Null(one.Parity.Text);
        Assert.False(File.Exists(Path.Combine(Output, "onnx", "text_model.onnx")));
        Assert.Equal(40, Json("preprocessor_config.json").GetProperty("size").GetProperty("shortest_edge").GetInt32());
    }

    [Fact]
    public void What_cannot_be_meant_is_said_in_a_line_and_nothing_is_written()
    {
        string dinov2 = TinyTowers.Dinov2(Path.Combine(_folder, "dinov2"));
        Assert.Contains(
            "it has no text tower. Leave Vocab out", Refusal(dinov2, TinyClip.Vocabulary), StringComparison.Ordinal);
        string siglip = TinyTowers.Siglip(Path.Combine(_folder, "siglip"));
        Assert.Contains("The vocabulary has ", Refusal(siglip, TinyClip.Vocabulary), StringComparison.Ordinal);
        Directory.CreateDirectory(Output);
        File.WriteAllText(Path.Combine(Output, "a"), "");
        Assert.Contains("is there already", Refusal(dinov2, null), StringComparison.Ordinal);

        string Refusal(string clip, string? vocabulary)
        {
            var request = new ClipExportRequest { Clip = clip, Output = Output, Vocabulary = vocabulary };
            string message = Assert.Throws<PromptKDException>(
                () => ClipExport.Write(request, cancellationToken: Stop)).Message;
            Assert.DoesNotContain('\n', message);
            Assert.False(Directory.Exists(Output) && Directory.EnumerateFileSystemEntries(Output).Count() != 1);
            return message;
        }
    }

    private JsonElement Json(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Output, name))).RootElement;
}
