using System.Globalization;
using System.Text.RegularExpressions;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Texts;
using PromptKD.Models.Towers.Tokens;
using PromptKD.Models.Weights;

namespace PromptKD.Golden.Checks.Towers;

/// <summary>What our towers compute from a folder, under the names of the cases.</summary>
internal static partial class TowerValues
{
    /// <param name="path">The folder.</param>
    /// <param name="inputs">Pictures of several sizes, tokens, pictures of a training step.</param>
    /// <param name="overrides">Go before what the folder says.</param>
    /// <param name="positions">How positions are resampled, if not as the folder's program does.</param>
    public static Dictionary<string, Tensor> Compute(
        string path, Dictionary<string, Tensor> inputs, ClipDetails overrides, PositionResampling? positions = null)
    {
        using IDisposable noGradients = no_grad();
        var values = new Dictionary<string, Tensor>();
        foreach ((string name, Tensor images) in inputs.Where(
            one => one.Key.StartsWith("images", StringComparison.Ordinal)))
        {
            string size = name["images".Length..];
            using ClipCheckpoint clip = Open(
                path, overrides, positions, size.Length == 0 ? null : (int)images.shape[2]);
            foreach ((string key, Tensor value) in OfPictures(path, clip, images))
            {
                values[Sized(key, size)] = value;
            }
        }

        using ClipCheckpoint texts = Open(path, overrides, positions, null);
        if (inputs.TryGetValue("tokens", out Tensor? tokens))
        {
            AddTexts(values, texts, tokens);
        }

        if (inputs.TryGetValue("train_images", out Tensor? learned))
        {
            AddTraining(values, texts, learned);
        }

        return values;
    }

    private static ClipCheckpoint Open(string path, ClipDetails overrides, PositionResampling? positions, int? size)
    {
        // CLIP's own towers read pictures of one size: theirs, or another that their table is resampled to.
        using ClipCheckpoint first = ClipCheckpoint.Open(path, overrides: overrides);
        bool isClips = first.Architecture.Tower is null;
        var clip = ClipCheckpoint.Open(
            path, overrides: overrides with { ImageSize = isClips && positions is null ? size : null });
        return positions is { } kind ? clip.Resampled(kind, isClips ? size : null) : clip;
    }

    private static Dictionary<string, Tensor> OfPictures(string path, ClipCheckpoint clip, Tensor images)
    {
        using ImageEncoder tower = Build(clip);
        tower.eval();
        Tensor? features = null;
        Dictionary<string, Tensor> seen = ModuleCapture.Run(
            tower, () => features = tower.forward(images, prompts: null));
        var values = new Dictionary<string, Tensor> { ["image_features"] = features! };
        if (clip.Architecture.Tower is null)
        {
            values["debug.positional_embedding"] = clip.Tensors["visual.positional_embedding"].to(ScalarType.Float32);
            tower.Trace(images, prompts: null, (layer, x) =>
            {
                if (layer < 0)
                {
                    values["debug.ln_pre.image0"] = x[0].clone().MoveToOuterDisposeScope();
                }
            });
            return values;
        }

        foreach ((string name, Tensor value) in seen)
        {
            foreach (string alias in Aliases(name))
            {
                values[$"debug.{alias}.image0"] = value[0];
            }
        }

        AddPooled(values, seen, clip, features!);
        ClassifierValues.Add(values, seen, path, features!);
        return values;
    }

    // What follows from what was seen.
    private static void AddPooled(
        Dictionary<string, Tensor> values, Dictionary<string, Tensor> seen, ClipCheckpoint clip, Tensor features)
    {
        if (seen.TryGetValue("bn1", out Tensor? stem))
        {
            values["debug.bn1.image0"] = nn.functional.relu(stem)[0];
        }

        Tensor? map = seen.GetValueOrDefault("final_conv") ?? seen.GetValueOrDefault("blocks.4");
        if (map?.dim() == 4)
        {
            values["pooled"] = map.mean([2L, 3L]);
        }
        else if (seen.TryGetValue("head.norm", out Tensor? normalised))
        {
            values["pooled"] = normalised;
        }

        if (clip.Architecture.HasTokens)
        {
            string last = string.Create(CultureInfo.InvariantCulture, $"blocks.{clip.Architecture.VisionLayers - 1}");
            Tensor tokens = seen.GetValueOrDefault("norm") ?? seen[last];
            values["debug.norm.image0"] = values["debug.last_hidden_state.image0"] = tokens[0];
            long prefix = tokens.shape[1] - seen["patch_embed"].shape[1];
            values["patch_mean"] = tokens.narrow(1, prefix, tokens.shape[1] - prefix).mean([1L]);
            if (clip.Architecture.Tower!.Family == "eva02")
            {
                long side = (long)Math.Sqrt(tokens.shape[1] - prefix);
                using var rotation = new Rotation(
                    side, side, clip.Architecture.VisionWidth / clip.Architecture.VisionHeads, CPU);
                values["debug.rope"] = rotation.Table;
            }
        }

        values["image_features_normalized"] = nn.functional.normalize(features, dim: -1);
    }

    private static void AddTexts(Dictionary<string, Tensor> values, ClipCheckpoint clip, Tensor tokens)
    {
        using TextTower tower = TextTower.Create(clip.Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(tower, clip.Tensors, tower.Prefix, clip.Description);
        Tensor? features = null;
        Dictionary<string, Tensor> seen = ModuleCapture.Run(
            tower, () => features = tower.forward(tokens, prompts: null));
        if (tower is UnmaskedText)
        {
            values["debug.text.embeddings.text0"] = seen["blocks.0.in"][0];
            values["debug.text.block0.text0"] = seen["blocks.0"][0];
            values["debug.text.final_layer_norm.text0"] = seen["norm"][0];
        }

        values["text_features"] = features!;
        values["text_features_normalized"] = nn.functional.normalize(features!, dim: -1);
        Tensor images = nn.functional.normalize(values["image_features"], dim: -1);
        Tensor scale = clip.Tensors["logit_scale"].to(ScalarType.Float32);
        Tensor logits = images.matmul(values["text_features_normalized"].t()) * scale.exp();
        if (clip.Tensors.TryGetValue("logit_bias", out Tensor? bias))
        {
            logits = logits + bias.to(ScalarType.Float32);
            values["logit_bias"] = bias.to(ScalarType.Float32).clone();
            values["probs_sigmoid"] = logits.sigmoid();
        }

        values["logit_scale"] = scale.clone();
        values["logit_scale_exp"] = scale.exp();
        values["logits_per_image"] = logits;
        values["logits_per_text"] = logits.t();
        values["probs"] = values["probs_softmax"] = logits.softmax(-1);
    }

    private static void AddTraining(Dictionary<string, Tensor> values, ClipCheckpoint clip, Tensor images)
    {
        using ImageEncoder tower = Build(clip);
        tower.MoveStatistics();
        tower.train();
        Tensor? features = null;
        Dictionary<string, Tensor> seen = ModuleCapture.Run(
            tower, () => features = tower.forward(images, prompts: null));
        values["train.image_features"] = features!;
        if (seen.TryGetValue("blocks.4", out Tensor? map))
        {
            values["train.last_feature_map.image0"] = map[0];
        }

        foreach ((string name, Tensor buffer) in tower.named_buffers())
        {
            values[$"train.{name}"] = buffer.clone();
            values[$"train.visual.trunk.{name}"] = buffer.clone();
        }
    }

    private static ImageEncoder Build(ClipCheckpoint clip)
    {
        var tower = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(tower, clip.Tensors, "visual.", clip.Description);
        return tower;
    }

    // image_features → image_features_48, debug.norm.image0 → debug_48.norm.image0
    private static string Sized(string name, string size) =>
        name.StartsWith("debug.", StringComparison.Ordinal) ? $"debug{size}{name["debug".Length..]}" : name + size;

    // blocks.0.attn → block0.attention, vision.block0.attention
    private static IEnumerable<string> Aliases(string name)
    {
        string theirs = Block().Replace(name, "block$1").Replace(".attn", ".attention", StringComparison.Ordinal);
        string[] more = theirs switch
        {
            "block0.in" => ["tokens", "vision.embeddings"],
            "patch_embed" => ["patch_embeddings"],
            "norm" => ["vision.post_layernorm"],
            "attn_pool.proj" => ["vision.head.attention"],
            _ => [],
        };
        return [name, theirs, $"vision.{theirs}", .. more];
    }

    [GeneratedRegex(@"^blocks\.([0-9]+)")]
    private static partial Regex Block();
}
