using PromptKD.Configuration;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Golden;

/// <summary>Methods as the catalogue builds them.</summary>
internal static class GoldenMethod
{
    /// <param name="config">TRAINER.NAME, and its settings.</param>
    /// <param name="clip">Stays the caller's.</param>
    /// <param name="tokenizer">The tokenizer of that CLIP's vocabulary.</param>
    /// <param name="classNames">In label order.</param>
    /// <param name="target">Where to compute.</param>
    /// <param name="warn">Is told of oddities; null for nobody.</param>
    public static IClassifier Build(
        ExperimentConfig config,
        ClipCheckpoint clip,
        ITextTokenizer tokenizer,
        IReadOnlyList<string> classNames,
        ComputeTarget target,
        Action<string>? warn = null) => MethodCatalog.Find(config.Trainer.Name).Build(new MethodInputs
        {
            Config = config,
            Clip = clip,
            ClassNames = classNames,
            Target = target,
            Tokenizer = new Lazy<ITextTokenizer>(tokenizer),
            Warn = warn ?? (_ => { }),
        });
}
