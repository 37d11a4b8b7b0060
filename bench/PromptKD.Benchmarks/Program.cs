using System.Runtime.CompilerServices;
using BenchmarkDotNet.Running;
using PromptKD;
using PromptKD.Benchmarks;

// dotnet run -c Release --project bench/PromptKD.Benchmarks -- --filter '*'
// The library knows how to load libtorch on older systems; it has to be there before torch is first touched.
RuntimeHelpers.RunModuleConstructor(typeof(Experiment).Module.ModuleHandle);
BenchmarkSwitcher.FromAssembly(typeof(Measurement).Assembly).Run(args, new Measurement());
