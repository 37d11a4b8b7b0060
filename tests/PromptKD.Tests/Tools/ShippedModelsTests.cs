using PretrainDemo;
using PromptKD.Demo.Drawing;
using PromptKD.Demo.Vocabulary;
using PromptKD.Golden;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Text;

namespace PromptKD.Tests.Tools;

/// <summary>The demo's models, as they lie in the repository, are what docs/demo.md says of them.</summary>
public sealed class ShippedModelsTests
{
    [Theory]
    [InlineData("teacher")]
    [InlineData("student")]
    [InlineData("plain-teacher")]
    public void The_vocabulary_is_learned_from_the_captions(string name)
    {
        string merges = File.ReadAllText(PathOf(name, "merges.txt"));

        CaptionSource captions = name == "plain-teacher" ? CaptionSource.WithTemplates : CaptionSource.Own;
        Assert.Equal(BytePairLearner.ToMergesFile(BytePairLearner.Learn(captions.All)), merges);
    }

    [Fact]
    public void All_together_are_smaller_than_5_megabytes()
    {
        string[] files = Directory.GetFiles(PathOf(".", "."), "*.safetensors", SearchOption.AllDirectories);

        Assert.Equal(3, files.Length);
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 1, 5_000_000);
    }

    // One standard error is 1.5 percent; the bounds leave room for processors that round otherwise.
    [Theory]
    [InlineData("teacher", 95.1, 90.2)]
    [InlineData("student", 96.4, 53.7)]
    [InlineData("plain-teacher", 96.0, 56.6)]
    public void Accuracies_are_those_of_the_documentation(string name, double daylight, double night)
    {
        var tokenizer = ClipTokenizer.Load(PathOf(name, "merges.txt"));
        using ContrastiveModel model = Read(name, tokenizer.VocabularySize);

        Assert.Equal(
            daylight, ZeroShotCheck.Run(model, PictureDomain.Daylight, tokenizer).HarmonicMean, tolerance: 1.0);
        Assert.Equal(night, ZeroShotCheck.Run(model, PictureDomain.Night, tokenizer).HarmonicMean, tolerance: 1.0);
    }

    private static ContrastiveModel Read(string name, int vocabularySize)
    {
        ClipArchitecture architecture = name is "teacher" or "plain-teacher"
            ? DemoModel.TeacherArchitecture
            : DemoModel.StudentArchitecture;
        var model = new ContrastiveModel(architecture with { VocabularySize = vocabularySize }, seed: 0);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        Dictionary<string, Tensor> weights = SafetensorsFile.Read(PathOf(name, "open_clip_model.safetensors"));
        foreach ((string parameter, Tensor value) in model.Parameters)
        {
            value.copy_(weights[parameter]);
        }

        return model;
    }

    private static string PathOf(string model, string file) => Path.Combine(ProjectFolder.Root, "demo", model, file);
}
