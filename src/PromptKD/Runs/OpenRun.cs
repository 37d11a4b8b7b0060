using PromptKD.Runtime;

namespace PromptKD.Runs;

/// <summary>A run whose folder is held and whose inputs are open. Owns nothing.</summary>
/// <param name="Settings">What it does.</param>
/// <param name="Folder">Where it writes.</param>
/// <param name="Log">Writes down what happens.</param>
/// <param name="Inputs">What it is made from.</param>
/// <param name="Context">Where it computes, who watches, when it stops.</param>
internal sealed record OpenRun(
    RunSettings Settings, RunFolder Folder, RunLog Log, RunInputs Inputs, RunContext Context);
