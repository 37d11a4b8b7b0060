using System.Text.Json;
using PretrainDemo;
using PromptKD.Demo.Drawing;
using PromptKD.Demo.Vocabulary;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Text;

namespace PromptKD.Tests.Tools;

public sealed class PretrainingTests : IDisposable
{
    private static readonly PretrainingPlan s_plan = new()
    {
        Name = "student",
        Architecture = DemoModel.StudentArchitecture with { VisionLayers = 1, TextLayers = 1 },
        Steps = 60,
        Seed = 3,
        BatchSize = 32,
        WarmUpSteps = 10,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_loss_falls()
    {
        var lines = new List<string>();

        using ContrastiveModel model = Train(s_plan, lines.Add);

        // Chance is ln 32 = 3.47 nats; the last line is of steps 51 to 60.
        string loss = lines[^1].Split("loss ")[1].Split(',')[0];
        Assert.InRange(double.Parse(loss, System.Globalization.CultureInfo.InvariantCulture), 0, 3.2);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        PretrainingPlan plan = s_plan with { Steps = 3 };
        using ContrastiveModel first = Train(plan, _ => { });
        using ContrastiveModel second = Train(plan, _ => { });

        foreach ((string name, Tensor value) in first.Parameters)
        {
            Tensor twin = second.Parameters.Single(one => one.Name == name).Value;
            Assert.True(value.eq(twin).all().item<bool>(), name);
        }
    }

    [Fact]
    public void A_scale_that_is_asked_for_is_held()
    {
        using ContrastiveModel held = Train(s_plan with { Steps = 3, Scale = 100 }, _ => { });
        using ContrastiveModel learned = Train(s_plan with { Steps = 3 }, _ => { });

        // Rounded to 16 bits, ln 100 is 4.6055; CLIP's first value is ln (1 / 0.07) = 2.659.
        Assert.Equal(4.6055f, held.LogScale.item<float>(), 1e-3f);
        Assert.InRange(learned.LogScale.item<float>(), 2.6f, 2.7f);
    }

    [Fact]
    public void The_written_weights_have_the_names_and_sizes_that_readers_expect()
    {
        using DisposeScope scope = NewDisposeScope();
        using ContrastiveModel model = Train(s_plan with { Steps = 1 }, _ => { });

        OpenClipExport.Write(_folder, model);

        Dictionary<string, Tensor> weights =
            SafetensorsFile.Read(Path.Combine(_folder, "open_clip_model.safetensors"));
        Assert.All(weights.Values, weight => Assert.Equal(ScalarType.Float16, weight.dtype));
        var shapes = weights.ToDictionary(one => one.Key, one => one.Value.shape);
        Assert.Equal(model.Architecture, ClipArchitecture.Infer(shapes));
        Assert.True(weights["visual.proj"].to(ScalarType.Float32)
            .eq(model.Parameters.Single(one => one.Name == "visual.proj").Value).all().item<bool>());
    }

    [Fact]
    public void The_written_configuration_has_the_keys_of_open_clip()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = MakeModel(DemoModel.TeacherArchitecture);

        OpenClipExport.Write(_folder, model);

        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "open_clip_config.json")));
        JsonElement sizes = file.RootElement.GetProperty("model_cfg");
        JsonElement vision = sizes.GetProperty("vision_cfg");
        JsonElement text = sizes.GetProperty("text_cfg");
        Assert.Equal(128, sizes.GetProperty("embed_dim").GetInt32());
        Assert.True(sizes.GetProperty("quick_gelu").GetBoolean());
        Assert.Equal(
            [32, 4, 128, 8, 64],
            Numbers(vision, "image_size", "layers", "width", "patch_size", "head_width"));
        Assert.Equal(
            [16, 611, 64, 1, 2], Numbers(text, "context_length", "vocab_size", "width", "heads", "layers"));
        JsonElement pixels = file.RootElement.GetProperty("preprocess_cfg");
        Assert.Equal(0.48145466, pixels.GetProperty("mean")[0].GetDouble(), tolerance: 1e-7);
        Assert.Equal(0.27577711, pixels.GetProperty("std")[2].GetDouble(), tolerance: 1e-7);
    }

    private ContrastiveModel Train(PretrainingPlan plan, Action<string> report)
    {
        string vocabulary = Path.Combine(_folder, "merges.txt");
        File.WriteAllText(vocabulary, BytePairLearner.ToMergesFile(BytePairLearner.Learn(Captions.All)));
        var model = new DemoModel(plan, "student", PictureDomain.Daylight, CaptionSource.Own);
        return model.Train(ClipTokenizer.Load(vocabulary), report);
    }

    private static int[] Numbers(JsonElement json, params string[] names) =>
        [.. names.Select(name => json.GetProperty(name).GetInt32())];

    private static ContrastiveModel MakeModel(ClipArchitecture architecture) =>
        new(architecture with { VocabularySize = 611 }, seed: 1);
}
