namespace PromptKD.Configuration;

/// <summary>What the settings of all methods have in common.</summary>
internal interface IMethodSettings
{
    /// <summary>Precision of the computation: auto, fp32, bf16, fp16, or amp.</summary>
    string Prec { get; }
}
