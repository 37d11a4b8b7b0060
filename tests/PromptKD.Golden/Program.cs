using System.Runtime.CompilerServices;
using PromptKD;
using PromptKD.Golden;

// The library has to be there before the first use of torch: it makes libtorch loadable on older systems.
RuntimeHelpers.RunModuleConstructor(typeof(Experiment).Module.ModuleHandle);

// Prints, for each golden case below a folder, the largest error as a fraction of its tolerance.
return new GoldenProgram(Console.Out).Run(args.Length > 0 ? args[0] : ProjectFolder.Golden, Console.Error);
