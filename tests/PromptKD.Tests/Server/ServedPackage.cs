using PromptKD.Inference;
using PromptKD.Inference.Exports;
using PromptKD.Tests.Data;
using PromptKD.Tests.Export.Onnx;
using SkiaSharp;

namespace PromptKD.Tests.Server;

/// <summary>A tiny student as a package and as an ONNX file, and a server of both; pictures to send.</summary>
public sealed class ServedPackage : IAsyncLifetime
{
    private LocalServer? _server;

    /// <summary>A folder that goes with it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory().FullName;

    public string Package => Path.Combine(Folder, "tiny", "student");

    public string Graph => Path.Combine(Folder, "tiny.onnx");

    public string Collected => Path.Combine(Folder, "collected");

    internal LocalServer Server => _server!;

    /// <summary>What the library itself says.</summary>
    internal StudentClassifier Library { get; private set; } = null!;

    /// <summary>A picture of one colour in another.</summary>
    public static byte[] Picture(int seed) => TestPictures.Png(20 + seed, 24, (x, y) =>
        new SKColor((byte)((x * 9) + (seed * 40)), (byte)(y * 10), (byte)(x * y * (seed + 1))));

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Package)!);
        new TinyPackage { Temperature = 2.5 }.Write(Package);
        OnnxExport.Write(
            new OnnxExportRequest { Model = Package, Output = Graph },
            cancellationToken: TestContext.Current.CancellationToken);
        Library = StudentClassifier.Load(Package, Computing.OnProcessor);
        _server = await LocalServer.Start(options =>
        {
            options.Models.Add(Package);
            options.Models.Add($"other@7={Graph}");
            options.Models.Add($"other@10={Package}");
            options.MaxBodyBytes = 1 << 20;
            options.MaxPixels = 10_000;
            options.MaxPictures = 4;
            options.CustomVision = true;
            options.Collect = Collected;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Library.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
