using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Tests.Methods;

public sealed class CoCoOpMethodTests
{
    [Fact]
    public void Gives_each_image_a_context_of_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        using var methods = new TinyMethods();
        using ClipCheckpoint weights = ClipCheckpoint.Open(methods.WeightFile);
        var target = new ComputeTarget(CPU, ScalarType.Float32);
        var context = ContextText.CountedInWords("", 2);
        PromptedClip clip = PromptedClip.Read(
            weights, methods.Tokenizer, TinyMethods.ClassNames, context, NamePosition.End, target);
        Tensor start = TinyClip.Random(60, 2, 64);
        var network = new MetaNetwork(24, 64, CPU);
        using var method = new CoCoOpMethod(clip, start, network);
        Tensor images = TinyClip.Images(3);

        Tensor logits = method.Classify(images);

        // By torch's own layers and one image at a time.
        Tensor features = clip.ImageFeatures(images, prompts: null);
        for (int image = 0; image < 3; image++)
        {
            Dictionary<string, Tensor> layers = network.state_dict();
            Tensor hidden = (layers["linear1.weight"].mv(features[image]) + layers["linear1.bias"]).clamp_min(0);
            Tensor added = layers["linear2.weight"].mv(hidden) + layers["linear2.bias"];
            Tensor texts = clip.Sentences.Features(new LayerPrompts([start + added]), 0, 4);
            TensorAssert.Near(Math.Exp(weights.LogitScale) * texts.mv(features[image]), logits[image], 1e-5);
        }
    }
}
