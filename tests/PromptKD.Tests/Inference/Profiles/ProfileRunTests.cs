using PromptKD.Configuration.Presets;
using PromptKD.Inference.Profiles;
using PromptKD.Runtime;
using PromptKD.Tests.Cli;

namespace PromptKD.Tests.Inference.Profiles;

/// <summary>Counts of models against what papers say of them.</summary>
public sealed class ProfileRunTests
{
    private const string B16 = "openai:ViT-B/16";

    // PromptKD's table 7; of MaPLe (arXiv 2210.03117) and CoCoOp (arXiv 2203.05557) the learned parameters.
    public static TheoryData<string, double> PaperGigaflops => new()
    {
        { "CoOp", 162.5 }, { "CoCoOp", 162.5 }, { "PromptSRC", 162.8 },
    };

    public static TheoryData<string, long> PaperParameters => new()
    {
        { "CoOp", 4 * 512 },
        { "CoCoOp", 35_360 },
        { "MaPLe", 3_555_072 },
        { "PromptSRC", (9 * 4 * 768) + (9 * 4 * 512) },
        { "PromptKD", (9 * 4 * 768) + (512 * 768) + 768 + (2 * 768) + (768 * 768) + 768 },
    };

    [Theory]
    [MemberData(nameof(PaperGigaflops))]
    public void Operations_of_the_paper_come_out_of_shapes(string method, double paper) =>
        Assert.Equal(paper, Math.Round(Of(method).Published.Gigaflops, 1));

    [Theory]
    [MemberData(nameof(PaperParameters))]
    public void Learned_parameters_of_the_papers_come_out_of_shapes(string method, long paper) =>
        Assert.Equal(paper, Of(method).Learned);

    // SigLIP's base size in small: 2 layers, width 64, perceptrons of 96, 16 patches, texts of 64 tokens.
    [Fact]
    public void A_tower_of_another_family_is_counted_and_measured()
    {
        InFolder(folder =>
        {
            TinyTowers.Siglip(folder);
            ModelProfile profile = ProfileRun.Of(
                new ProfileRequest { Clip = folder, Classes = 3, Batches = [2] },
                cancellationToken: TestContext.Current.CancellationToken);

            const long Layer = (4 * 64 * 64) + (2 * 64 * 96);
            const long Pooling = (2 * 16 * 64 * 64) + (2 * 64 * 64) + (2 * 64 * 96) + (2 * 16 * 64);
            const long Pictures = (16 * 192 * 64) + (2 * ((16 * Layer) + (2 * 16 * 16 * 64))) + Pooling;
            const long Texts = (2 * ((64 * Layer) + (2 * 64 * 64 * 64))) + (64 * 64);
            Assert.Equal(Pictures, profile.Parts.Single(part => part.Name == "image tower").MultiplyAdds);
            Assert.Equal(Texts, profile.Parts.Single(part => part.Name == "text tower").MultiplyAdds);
            Assert.Equal(2, Assert.Single(profile.Measured!.Speeds).Batch);
        });
    }

    [Theory]
    [InlineData("CoOp", "CoOp prompts one of OpenAI's CLIPs")]
    [InlineData("PromptSRC", "PromptSRC prompts one of OpenAI's CLIPs")]
    public void Methods_that_prompt_CLIPs_are_not_counted_on_other_towers(string method, string expected)
    {
        InFolder(folder =>
        {
            TinyTowers.Siglip(folder);

            Assert.Contains(
                expected,
                Assert.Throws<PromptKDException>(() => ProfileRun.Of(
                    new ProfileRequest { Clip = folder, Method = method },
                    cancellationToken: TestContext.Current.CancellationToken)).Message,
                StringComparison.Ordinal);
        });
    }

    [Fact]
    public void An_ONNX_graph_is_refused_by_its_name()
    {
        InFolder(folder =>
        {
            var error = Assert.Throws<PromptKDException>(() => ProfileRun.Of(
                new ProfileRequest { Clip = $"onnx:{TinyOnnx.Tower(folder)}" },
                cancellationToken: TestContext.Current.CancellationToken));

            Assert.Contains("an ONNX graph, whose operations are not counted", error.Message, StringComparison.Ordinal);
            Assert.Equal(PromptKDError.NotSupported, error.Code);
        });
    }

    [Fact]
    public void All_of_a_published_CLIP_is_counted()
    {
        ModelProfile profile = ProfileRun.Of(
            new ProfileRequest { Clip = B16 },
            cancellationToken: TestContext.Current.CancellationToken);

        // What torch says of OpenAI's own model: sum of numel over its parameters.
        Assert.Equal(149_620_737, profile.Parameters);
        Assert.Equal(0, profile.Learned);
        Assert.Null(profile.Measured);
        Assert.Equal(17.56, (profile.MultiplyAdds - (50 * 512)) / 1e9, 0.005);
    }

    [Fact]
    public void A_student_of_PromptKD_has_no_texts_and_the_paper_is_shown_beside_it()
    {
        ModelProfile profile = Of("PromptKD");

        // 17.2 by the count of the other rows; what the table's 42.5 counts, nothing tells.
        Assert.Equal(17.2, profile.Published.Gigaflops, 0.05);
        Assert.Equal(42.5, profile.Published.PaperGigaflops);
        Assert.DoesNotContain(profile.Parts, part => part.Name == "text tower");
        // 201 tokens: 12 layers of 12 · 768² numbers for each, and 2 · 201² · 768; patches, output, projector,
        // comparison.
        Assert.Equal(17.93, profile.MultiplyAdds / 1e9, 0.005);
    }

    [Fact]
    public void CoCoOp_alone_computes_texts_for_each_picture()
    {
        Assert.Equal(
            50 * 2.98, (Of("CoCoOp").MultiplyAdds - Of("CoOp").MultiplyAdds) / 1e9, 0.05);
    }

    [Fact]
    public void The_paper_stands_beside_its_own_CLIP_alone() =>
        Assert.Null(ProfileRun.Of(
            new ProfileRequest { Clip = "openai:ViT-B/32", Method = "CoOp" },
            cancellationToken: TestContext.Current.CancellationToken).Published.PaperGigaflops);

    [Fact]
    public void Sizes_that_are_set_arrive()
    {
        ModelProfile profile = ProfileRun.Of(new ProfileRequest
        {
            Clip = B16,
            Method = "PromptKD",
            Teacher = "openai:RN50x4",
            Classes = 10,
            Settings = ProfilePreset.Config.MergeOverrides(
            [
                "TRAINER.PROMPTKD.N_CTX_VISION", "8", "TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", "99",
                "TRAINER.PROMPTKD.PROJECT_LAYER", "1", "TRAINER.PROMPTKD.TUNE_TOWER", "True",
            ]),
        }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(8 * 12 * 768, profile.Parts.Single(part => part.Name == "learned tokens").Learned);
        Assert.Equal((512 * 640) + 640, profile.Parts.Single(part => part.Name == "projector").Parameters);
        Assert.Equal(10 * 640, profile.Parts.Single(part => part.Name == "class vectors").MultiplyAdds);
        Assert.Equal(86_192_640, profile.Parts.Single(part => part.Name == "image tower").Learned);
    }

    [Fact]
    public void Tokens_of_each_class_are_counted_for_each_class()
    {
        var request = new ProfileRequest
        {
            Clip = B16,
            Method = "CoOp",
            Classes = 100,
            Settings = ProfilePreset.Config.MergeOverrides(["TRAINER.COOP.CSC", "True", "TRAINER.COOP.N_CTX", "16"]),
        };

        Assert.Equal(100 * 16 * 512, ProfileRun.Of(
            request, cancellationToken: TestContext.Current.CancellationToken).Learned);
    }

    [Fact]
    public void A_key_of_another_method_is_named()
    {
        var said = new List<string>();
        var request = new ProfileRequest
        {
            Clip = B16,
            Method = "CoOp",
            Settings = ProfilePreset.Config.MergeOverrides(["TRAINER.MAPLE.N_CTX", "3", "OPTIM.LR", "1.0"]),
        };

        ProfileRun.Of(request, new Warned(said), TestContext.Current.CancellationToken);

        Assert.Contains(
            "OPTIM.LR, TRAINER.MAPLE.N_CTX have no effect in profile", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public void All_methods_run_at_the_sizes_that_are_asked_for()
    {
        IReadOnlyList<ModelProfile> profiles = ProfileRun.OfMethods(new ProfileRequest
        {
            Clip = DistilledRun.StudentFolder,
            Classes = 3,
            Batches = [1, 2],
            Device = ComputeDevice.Cpu,
            Precision = ComputePrecision.Fp32,
            Threads = 1,
        }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(ProfileRun.Methods, profiles.Select(profile => profile.Method));
        Assert.All(profiles, profile =>
        {
            Assert.Equal(
                ("cpu", "fp32", 1), (profile.Measured!.Device, profile.Measured.Precision, profile.Measured.Threads));
            Assert.Equal([1, 2], profile.Measured.Speeds.Select(speed => speed.Batch));
            Assert.All(profile.Measured.Speeds, speed =>
            {
                Assert.InRange(speed.Median, speed.Fastest, speed.Slowest);
                Assert.Equal(speed.Batch * 1000 / speed.Median, speed.PicturesPerSecond, 6);
            });
        });
    }

    [Fact]
    public void The_median_of_an_even_number_of_runs_lies_between_the_middle_two()
    {
        MeasuredSpeed speed = SpeedMeasurement.Of(8, [40, 10, 30, 20], peakMemory: null);

        Assert.Equal((25, 10, 40, 320), (speed.Median, speed.Fastest, speed.Slowest, speed.PicturesPerSecond));
    }

    private static ModelProfile Of(string method) => ProfileRun.Of(new ProfileRequest { Clip = B16, Method = method });

    private sealed class Warned(List<string> said) : PromptKD.Runtime.IRunObserver
    {
        public void OnWarning(string message) => said.Add(message);
    }

    private static void InFolder(Action<string> test)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            test(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
