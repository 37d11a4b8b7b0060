using System.Collections;
using System.Reflection;
using PromptKD.Inference;
using PromptKD.Inference.Exports;
using PromptKD.Runtime;
using PromptKD.Tests.Export.Onnx;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference;

/// <summary>
/// Every public method of what answers, found by reflection and called once it is disposed: none may touch what was
/// freed.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class DisposedTests : IDisposable
{
    private static readonly string[] s_names = ["cat", "dog"];

    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("student", 10)]
    [InlineData("onnx", 10)]
    [InlineData("clip", 9)]
    [InlineData("texts", 3)]
    public async Task Every_public_method_says_so(string kind, int least)
    {
        IDisposable disposed = Open(kind);
        disposed.Dispose();
        disposed.Dispose();
        MethodInfo[] methods =
        [
            .. disposed.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method =>
                !method.IsSpecialName
                && method.DeclaringType != typeof(object)
                && method.GetBaseDefinition().DeclaringType != typeof(object)
                && method.Name != nameof(IDisposable.Dispose)),
        ];

        Assert.True(methods.Length >= least, $"{methods.Length} methods of {kind}");
        foreach (MethodInfo method in methods)
        {
            Exception? error = await Record.ExceptionAsync(() => CallAsync(disposed, method));
            Assert.True(
                error is ObjectDisposedException, $"{kind}: {method} gave {error?.GetType().Name ?? "an answer"}");
        }
    }

    private IDisposable Open(string kind)
    {
        if (kind == "clip")
        {
            return ZeroShotClassifier.Load(_runs.Student, s_names, Computing.ZeroShot, Stop());
        }

        if (kind == "texts")
        {
            return TextEmbedder.Load(
                _runs.Teacher,
                new TextOptions { Device = ComputeDevice.Cpu, Vocabulary = TinyClip.Vocabulary },
                Stop());
        }

        string package = Path.Combine(_runs.Folder, "package");
        new TinyPackage().Write(package);
        if (kind == "student")
        {
            return StudentClassifier.Load(package, new TorchOptions { Device = ComputeDevice.Cpu });
        }

        string graph = Path.Combine(_runs.Folder, "student.onnx");
        OnnxExport.Write(new OnnxExportRequest { Model = package, Output = graph }, cancellationToken: Stop());
        return OnnxStudentClassifier.Load(graph);
    }

    private async Task CallAsync(object target, MethodInfo method)
    {
        object? answer;
        try
        {
            answer = method.Invoke(target, [.. method.GetParameters().Select(ArgumentOf)]);
        }
        catch (TargetInvocationException error)
        {
            throw error.InnerException!;
        }

        switch (answer)
        {
            case Task task:
                await task;
                break;
            case IAsyncEnumerable<ClassifiedPicture> answers:
                await foreach (ClassifiedPicture one in answers)
                {
                    Assert.Null(one);
                }

                break;
            case IEnumerable answers:
                foreach (object one in answers)
                {
                    Assert.Null(one);
                }

                break;
        }
    }

    private object? ArgumentOf(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(PictureInput) => PictureInput.FromFile(_runs.Picture(0)),
        var type when type == typeof(IReadOnlyList<PictureInput>) => new[] { PictureInput.FromFile(_runs.Picture(0)) },
        var type when type == typeof(IAsyncEnumerable<PictureInput>) => OneAsync(),
        var type when type == typeof(string) => parameter.Name == "folder" ? _runs.Images : _runs.Picture(0),
        var type when type == typeof(IReadOnlyList<string>) => new[] { _runs.Picture(0) },
        var type when type == typeof(CancellationToken) => Stop(),
        _ => parameter.HasDefaultValue ? parameter.DefaultValue : throw new NotSupportedException($"{parameter}"),
    };

    private async IAsyncEnumerable<PictureInput> OneAsync()
    {
        await Task.Yield();
        yield return PictureInput.FromFile(_runs.Picture(0));
    }

    private static CancellationToken Stop() => TestContext.Current.CancellationToken;
}
