using System.Security.Cryptography;
using System.Text;
using PromptKD.Configuration;
using PromptKD.Features.Store;

namespace PromptKD.Teachers;

/// <summary>Under which key a store keeps class vectors: a digest of all that they are made of.</summary>
internal static class VectorsKey
{
    /// <param name="config">Names, sentences, words, and where a name stands.</param>
    /// <param name="store">Of which teacher the store is.</param>
    /// <param name="precision">Name of the element type.</param>
    public static string Of(ExperimentConfig config, StoreIndex store, string precision)
    {
        PromptKDConfig settings = config.Trainer.PromptKD;
        string position = config.Trainer.CoOp.ClassTokenPosition;
        string[] made =
        [
            store.Teacher, store.TeacherPrompts, settings.CtxInit, settings.HalfPrompts.ToString(), precision,
            string.Join('\n', settings.Templates), string.Join('\n', config.Distill.Classes),
            .. position == new CoOpConfig().ClassTokenPosition ? Array.Empty<string>() : [position],
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join("\n\n", made))));
    }
}
