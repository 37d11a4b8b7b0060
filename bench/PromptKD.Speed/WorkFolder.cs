using System.Globalization;

namespace PromptKD.Speed;

/// <summary>Where the parts of one run leave what the later parts need.</summary>
/// <param name="path">An existing folder.</param>
internal sealed class WorkFolder(string path)
{
    private readonly string _measurements = Path.Combine(path, "measurements.txt");

    /// <summary>JPEG files.</summary>
    public string Pictures { get; } = Path.Combine(path, "pictures");

    /// <summary>A teacher store of them.</summary>
    public string Store { get; } = Path.Combine(path, "store");

    /// <summary>The demo's models, which bench/store.sh puts here.</summary>
    public string Models { get; } = Path.Combine(path, "models");

    /// <summary>Keeps a number for the report.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="value">In the unit that belongs to the name.</param>
    public void Add(string name, double value) => File.AppendAllText(
        _measurements, string.Create(CultureInfo.InvariantCulture, $"{name}={value:R}\n"));

    /// <summary>Every number that was kept, by name.</summary>
    public IReadOnlyDictionary<string, double> Measurements() => File.ReadLines(_measurements)
        .Select(line => line.Split('='))
        .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
}
