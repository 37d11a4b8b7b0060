using System.Runtime.CompilerServices;

namespace PromptKD.Tests;

internal static class TestSetup
{
    /// <summary>Loads the library before any test touches torch, so that its loader is in place.</summary>
    [ModuleInitializer]
    internal static void LoadLibrary() =>
        RuntimeHelpers.RunModuleConstructor(typeof(Experiment).Module.ModuleHandle);
}
