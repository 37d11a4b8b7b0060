namespace PromptKD.Tests.Inference;

/// <summary>A file that goes with the test.</summary>
internal sealed class TemporaryPicture : IDisposable
{
    public TemporaryPicture(byte[] bytes) => File.WriteAllBytes(Path, bytes);

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
