// Loads PromptKD into a context of its own, as a host with plug-ins does: dotnet run samples/PluginHost.cs -- FOLDER
// STUDENT FOLDER is where the program was published to. The host itself references neither PromptKD nor TorchSharp; it
// is of the web kind, since the program counts on ASP.NET being there.
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
#:property EnableDefaultRunWorkingDirectory=false
#:property NoWarn=IL2026;IL2075
using System.Reflection;
using System.Runtime.Loader;

var context = new PluginContext(Path.Combine(args[0], "PromptKD.Cli.dll"));
Type type = context.LoadFromAssemblyName(new AssemblyName("PromptKD")).GetType("PromptKD.Inference.StudentClassifier")!;
MethodInfo load = type.GetMethod("Load")!;
using var classifier = (IDisposable)load.Invoke(
    null, [args[1], .. load.GetParameters()[1..].Select(one => one.DefaultValue)])!;
Console.WriteLine($"{classifier} in {AssemblyLoadContext.GetLoadContext(type.Assembly)!.Name}");

internal sealed class PluginContext(string path) : AssemblyLoadContext("plug-in")
{
    private readonly AssemblyDependencyResolver _resolver = new(path);

    protected override Assembly? Load(AssemblyName name) =>
        _resolver.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;

    // Left to the runtime, which then asks PromptKD: on Debian 12 and Ubuntu 22.04 this file does not load as it is.
    protected override nint LoadUnmanagedDll(string name) =>
        name != "LibTorchSharp" && _resolver.ResolveUnmanagedDllToPath(name) is { } file ? LoadUnmanagedDllFromPath(file) : 0;
}
