using System.Text.Json.Nodes;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights.Families;

/// <summary>
/// What is not supported, each under its own name: tensors as the original programs call them, and configurations.
/// </summary>
public sealed class UnsupportedTests : IDisposable
{
    private const string OpenClip = "open_clip_config.json";
    private const string Hub = "config.json";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    /// <summary>
    /// What it is, a configuration and its file's name (none for a bare file), and tensors with their shapes.
    /// </summary>
    public static TheoryData<string, string, string, string> Models => new()
    {
        { "NaFlex", Hub, """{"model_type":"siglip2"}""", "vision_model.embeddings.patch_embedding.weight 64,768" },
        {
            "NaFlex", "", "",
            "vision_model.embeddings.patch_embedding.weight 64,768; vision_model.head.probe 1,1,64; text_model.head.weight 64,64"
        },
        {
            "NaFlex",
            OpenClip,
            """{"model_cfg":{"vision_cfg":{"timm_model_name":"naflexvit_base_patch16_siglip"},"text_cfg":{}}}""",
            "visual.trunk.embeds.proj.weight 64,768; text.token_embedding.weight 9,64"
        },
        {
            "hybrid MobileNetV4", Hub, """{"architecture":"mobilenetv4_hybrid_medium","pretrained_cfg":{}}""",
            "conv_stem.weight 8,3,3,3; blocks.2.1.layer_scale.gamma 8; blocks.2.1.attn.query.proj.weight 8,8,1,1"
        },
        { "hybrid MobileNetV4", "", "", "conv_stem.weight 8,3,3,3; blocks.2.1.attn.query.proj.weight 8,8,1,1" },
        {
            "MobileCLIP S0's text tower",
            OpenClip,
            """{"model_cfg":{"vision_cfg":{"timm_model_name":"fastvit_mci0"},"text_cfg":{}}}""",
            "visual.trunk.stem.0.conv_kxk.0.conv.weight 8,3,3,3; text.transformer.0.token_mixer.conv.weight 8"
        },
        { "MobileCLIP under the names of Apple's", "", "", "image_encoder.model.patch_embed.0.rbr_conv.0.conv.weight 8,3,3,3" },
        {
            "MobileCLIP2-S3", Hub, """{"architecture":"fastvit_mci3","pretrained_cfg":{}}""",
            "stem.0.conv_kxk.0.conv.weight 8,3,3,3; stages.4.blocks.0.mlp.fc1.weight 8,8,1,1; final_conv.se.fc2.bias 8"
        },
        {
            "a FastViT from before MobileCLIP", Hub, """{"architecture":"fastvit_sa12","pretrained_cfg":{}}""",
            "stem.0.conv_kxk.0.conv.weight 8,3,3,3; final_conv.se.fc2.bias 8"
        },
        {
            "a FastViT from before MobileCLIP",
            "",
            "",
            "stem.0.conv_kxk.0.conv.weight 8,3,3,3; final_conv.se.fc2.bias 8"
        },
        {
            "transformers' xlm-roberta-base", OpenClip,
            """{"model_cfg":{"vision_cfg":{"timm_model_name":"vit_base_patch32"},"text_cfg":{"hf_model_name":"xlm-roberta-base"}}}""",
            "visual.trunk.patch_embed.proj.weight 64,3,8,8; text.transformer.embeddings.word_embeddings.weight 9,64"
        },
        {
            "transformers' xlm-roberta-base", OpenClip,
            """{"model_cfg":{"vision_cfg":{"layers":2},"text_cfg":{"hf_model_name":"xlm-roberta-base"}}}""",
            "visual.conv1.weight 64,3,8,8; text.transformer.embeddings.word_embeddings.weight 9,64"
        },
        {
            "a CoCa", OpenClip, """{"model_cfg":{"multimodal_cfg":{},"vision_cfg":{"layers":2},"text_cfg":{}}}""",
            "visual.conv1.weight 64,3,8,8; text.token_embedding.weight 9,64; text_decoder.cross_attn.0.ln_1.weight 64"
        },
        { "EVA of the first generation", "", "", "patch_embed.proj.weight 64,3,8,8; blocks.0.attn.q_bias 64" },
        {
            "EVA-CLIP under the names of its own", "", "",
            "visual.patch_embed.proj.weight 64,3,8,8; visual.blocks.0.attn.q_proj.weight 64,64; text.token_embedding.weight 9,64"
        },
        {
            "a ConvNeXt V2", Hub, """{"architecture":"convnextv2_tiny","pretrained_cfg":{}}""",
            "stem.0.weight 8,3,4,4; stages.0.blocks.0.conv_dw.weight 8,1,7,7; stages.0.blocks.0.mlp.grn.weight 8"
        },
        { "a DINOv3", Hub, """{"model_type":"dinov3_vit"}""", "embeddings.patch_embeddings.weight 64,3,8,8" },
        { "a 'blip' of transformers", Hub, """{"model_type":"blip"}""", "vision_model.embeddings.class_embedding 1,1,64" },
        { "a 'vit' of transformers", Hub, """{"model_type":"vit"}""", "vit.embeddings.cls_token 1,1,64" },
        { "'swin_tiny_patch4_window7_224'", Hub, """{"architecture":"swin_tiny_patch4_window7_224","pretrained_cfg":{}}""", "layers.0.blocks.0.attn.qkv.weight 9,3" },
        { "'resnet50'", Hub, """{"architecture":"resnet50","pretrained_cfg":{}}""", "conv1.weight 64,3,7,7; layer1.0.conv1.weight 64,64,1,1" },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Models))]
    public void Is_named_in_one_line(string expected, string configName, string config, string tensors)
    {
        using DisposeScope scope = NewDisposeScope();
        string file = Path.Combine(
            _folder, configName == OpenClip ? "open_clip_model.safetensors" : "model.safetensors");
        SafetensorsFile.Write(
            file,
            [
                .. tensors.Split("; ").Select(one => one.Split(' ')).Select(one =>
                    KeyValuePair.Create(one[0], zeros([.. one[1].Split(',').Select(long.Parse)]))),
            ]);
        if (configName.Length > 0)
        {
            File.WriteAllText(Path.Combine(_folder, configName), JsonNode.Parse(config)!.ToJsonString());
        }

        foreach (string path in configName.Length > 0 ? new[] { _folder, file } : [file])
        {
            string message = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path)).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.DoesNotContain("complete", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }
}
