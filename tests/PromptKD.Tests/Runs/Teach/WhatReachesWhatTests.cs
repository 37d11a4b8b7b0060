using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Methods;
using PromptKD.Models.Weights.Zip;
using PromptKD.Runs;
using PromptKD.Runs.Teach;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Teach;

/// <summary>
/// What a configuration of <c>teach</c> sets, where it is used: every key that matters has another value than its
/// default. Building a method starts torch's one random generator, so no other test may run beside these.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class WhatReachesWhatTests : IDisposable
{
    private readonly TeachingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Plan_and_pictures_are_what_the_keys_say()
    {
        // Two classes of three pictures each.
        using OpenedRun<TeachingReport> opened = Open("DATASET.NUM_SHOTS", "3");

        OtherThanDefault.Check(opened.Plan, opened.Run, pictures: 6);
        OtherThanDefault.CheckBatches(
            opened.Plan, opened.Run.Inputs.Pictures.Items, isShuffled: true, readsReducedJpeg: false);
        Assert.Null(opened.Plan.Validate);
        Assert.NotNull(opened.Plan.EpochEnding);
    }

    [Fact]
    public void Shots_and_classes_are_what_the_keys_say()
    {
        using OpenedRun<TeachingReport> opened = Open("DATASET.NUM_SHOTS", "1");

        Assert.Equal([0, 1], opened.Run.Settings.Pictures.Select(picture => picture.Label));
        Assert.Equal(TeachingRuns.Classes[..2], opened.Run.Settings.ClassNames);
        Assert.Equal(_runs.Clip, opened.Run.Settings.Clip);
    }

    [Fact]
    public void Loss_average_and_tokens_are_what_the_keys_say()
    {
        using OpenedRun<TeachingReport> opened = Open();
        var method = (PromptSRCMethod)opened.Method;

        Assert.Equal(
            new PromptSRCSettings(
                TextLossWeight: 3, ImageLossWeight: 4, AverageMean: 2, AverageDeviation: 5, AverageWholeState: true),
            method.Settings);

        // The tiny CLIP is 64 wide in its text tower, 128 in its image tower.
        Assert.Equal(1, method.Trainable.Count(named => named.Value.shape is [2, 64]));
        Assert.Equal(2, method.Trainable.Count(named => named.Value.shape is [3, 128]));
        Assert.Equal(3, method.Trainable.Count);
    }

    [Fact]
    public void A_first_stage_takes_seed_pictures_and_device_of_the_second()
    {
        ExperimentConfig second = _runs.Distillation("run").MergeOverrides([.. OtherThanDefault.Overrides]);

        ExperimentConfig first = TwoStages.Join(_runs.Config(), second, TestContext.Current.CancellationToken).Teaching;

        Assert.Equal((7, second.Input, "cpu"), (first.Seed, first.Input, first.Device));
        Assert.True(first.Distill.FastJpeg);
        Assert.Equal(Path.Combine(second.OutputDir, "teacher"), first.OutputDir);
    }

    [Fact]
    public void The_weights_of_the_loss_go_to_their_own_terms()
    {
        using OpenedRun<TeachingReport> opened = Open();
        using DisposeScope scope = NewDisposeScope();
        var method = (PromptSRCMethod)opened.Method;
        var zero = new ClipOutput(zeros(2, 40), zeros(2, 40), zeros(2, 2));

        // Texts a distance of 10 apart, images of 1.
        SelfRegulation terms = method.Regulate(
            zero with { Texts = full([2, 40], 10f), Images = ones(2, 40) }, zero, tensor(new long[] { 0, 1 }));

        Assert.Equal((30f, 4f), (terms.Texts.item<float>(), terms.Images.item<float>()));
    }

    [Fact]
    public void The_first_values_come_from_the_seed()
    {
        byte[] first = FirstValues(torchSeed: 1, "7"), second = FirstValues(torchSeed: 2, "7");
        byte[] other = FirstValues(torchSeed: 1, "8");

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Initial_weights_are_what_it_classifies_with_before_the_first_step()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_runs.Folder, "initial.pth.tar");
        using OpenedRun<TeachingReport> source = Open("TRAINER.PROMPTSRC.REFERENCE_GPA", "False");
        source.Method.SetTraining(false);
        TorchZipWriter.WriteStateDict(
            path, DasslModel.Of("PromptSRC").StateOf(source.Method, source.Method.Deployed));
        Tensor images = TinyClip.Images(3).to(ScalarType.BFloat16);
        Tensor expected = source.Method.Classify(images);
        string[] options = ["SEED", "8", "TRAINER.PROMPTSRC.REFERENCE_GPA", "False"];
        using OpenedRun<TeachingReport> other = Open(options);
        other.Method.SetTraining(false);

        using OpenedRun<TeachingReport> copy = Open([.. options, "MODEL.INIT_WEIGHTS", path]);
        copy.Method.SetTraining(false);

        TensorAssert.SameBytes(expected, copy.Method.Classify(images));
        Assert.False(expected.eq(other.Method.Classify(images)).all().item<bool>());
    }

    [Fact]
    public void None_is_no_words_to_start_from()
    {
        byte[] none = FirstValues(torchSeed: 1, "7", "TRAINER.PROMPTSRC.CTX_INIT", "None");
        byte[] empty = FirstValues(torchSeed: 1, "7", "TRAINER.PROMPTSRC.CTX_INIT", "");
        byte[] words = FirstValues(torchSeed: 1, "7", "TRAINER.PROMPTSRC.CTX_INIT", "a photo");

        Assert.Equal(empty, none);
        Assert.NotEqual(words, none);
    }

    private byte[] FirstValues(long torchSeed, string seed, params string[] options)
    {
        manual_seed(torchSeed);
        using OpenedRun<TeachingReport> opened = Open(["SEED", seed, .. options]);
        return [.. opened.Method.Trainable.SelectMany(named => named.Value.bytes.ToArray())];
    }

    private OpenedRun<TeachingReport> Open(params string[] options)
    {
        ExperimentConfig config = _runs.Config(Path.GetRandomFileName()).MergeOverrides(
        [
            .. OtherThanDefault.Overrides,
            "TRAINER.PROMPTSRC.TEXT_LOSS_WEIGHT", "3", "TRAINER.PROMPTSRC.IMAGE_LOSS_WEIGHT", "4",
            "TRAINER.PROMPTSRC.GPA_MEAN", "2", "TRAINER.PROMPTSRC.GPA_STD", "5",
            "TRAINER.PROMPTSRC.REFERENCE_GPA", "True", "TRAINER.PROMPTSRC.PREC", "bf16",
            "TRAINER.PROMPTSRC.N_CTX_TEXT", "2", "TRAINER.PROMPTSRC.PROMPT_DEPTH_TEXT", "1",
            "TRAINER.PROMPTSRC.N_CTX_VISION", "3", "TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION", "2",
            .. options,
        ]);
        return new OpenedRun<TeachingReport>(new TeachKind(config));
    }
}
