using System.Globalization;
using Google.Protobuf;
using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Export.Onnx;
using PromptKD.Features;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers;
using PromptKD.Models.Towers.Graphs;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Inference.Exports;

/// <summary>
/// A frozen image tower as a graph whose linear layers multiply 8-bit whole numbers, each batch rounded by its own
/// largest value: ONNX Runtime's dynamic quantisation. Faster where the processor multiplies such numbers in one go
/// (VNNI).
/// </summary>
internal static class Int8Tower
{
    private const int MostCompared = 200;

    /// <inheritdoc cref="QuantisedTower"/>
    /// <exception cref="PromptKDException">The tower has no linear layers, or learned prompts.</exception>
    public static LiveFeatures Make(
        FrozenClip clip, PictureSet pictures, ClassVectors? classes, ExperimentConfig config, RunContext context)
    {
        if (clip.Architecture.TowerGraph is not null || !TowerGraphs.HaveLinearLayers(clip.Architecture))
        {
            throw new PromptKDException(
                $"‹int8› is for the linear layers of transformers, and the teacher is {clip.Architecture.Name}. Leave "
                + "it out.");
        }

        context.Observer.OnPhase("Rounding the teacher's image tower to 8-bit whole numbers");
        using var parts = new Unfinished();
        using var floats = new LiveFeatures(clip.ReadPlainTower(), prompts: null, clip.Preparation);
        LiveFeatures whole;
        using (ImageEncoder tower = clip.ReadPlainTower())
        {
            byte[] graph = ClipGraphs.OfImages(tower, new DynamicProduct()).ToByteArray();
            string source = $"{clip.Architecture.Name} in int8";
            ClipArchitecture architecture = clip.Architecture with
            {
                Tower = new TowerDescription { Family = TowerFamilies.Onnx },
                TowerShapes = null,
                TowerGraph = TowerGraph.OfPictures(GraphSummary.Read(graph, source)) with { Bytes = graph },
            };
            whole = parts.Add(new LiveFeatures(
                ImageEncoder.Create(architecture, ScalarType.Float32, context.Target.Device), prompts: null,
                clip.Preparation));
        }

        context.Observer.OnPhase(Compare(floats, whole, pictures, classes, config, context));
        return parts.HandOver(whole);
    }

    private static string Compare(
        LiveFeatures floats,
        LiveFeatures whole,
        PictureSet pictures,
        ClassVectors? classes,
        ExperimentConfig config,
        RunContext context)
    {
        IReadOnlyList<int> readable = pictures.OnlyReadable([.. Enumerable.Range(0, pictures.Items.Count)]);
        int count = Math.Min(MostCompared, readable.Count);
        var loader = new PictureLoader(
            pictures.Items, [floats.Preparation!], LoadingSettings.Options(config, context.Target.Device));
        var plan = new LoadPlan
        {
            Order =
            [
                .. Enumerable.Range(0, count).Select(place => readable[(int)((long)place * readable.Count / count)]),
            ],
            BatchSize = config.DataLoader.TrainX.BatchSize,
        };
        var compared = new List<(double Cosine, bool IsChanged)>();
        foreach (Batch batch in loader.Load(plan, context.Stop))
        {
            using (batch)
            {
                Add(compared, floats.Of(batch), whole.Of(batch), classes);
            }
        }

        return compared.Count == 0 ? "int8: no picture could be read to compare it with float32" : string.Create(
            CultureInfo.InvariantCulture,
            $"int8: cosine to float32 {compared.Average(one => one.Cosine):0.0000} in the mean, "
                + $"{compared.Min(one => one.Cosine):0.0000} at least, on {Counted.Of(compared.Count, "picture")}; ")
            + (classes is null
                ? "give DISTILL.CLASSES to see of how many the best class changes"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"the best of {classes.Names.Count} classes changes for "
                    + $"{(double)compared.Count(one => one.IsChanged) / compared.Count:P1}"));
    }

    private static void Add(
        List<(double Cosine, bool IsChanged)> compared, Tensor floats, Tensor whole, ClassVectors? classes)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        scope.Attach(floats);
        scope.Attach(whole);
        float[] cosines = (floats.to(whole.device) * whole).sum(dim: 1).to(CPU).data<float>().ToArray();
        bool[] changed = classes is null
            ? new bool[cosines.Length]
            : [.. Best(floats.to(whole.device), classes).Zip(Best(whole, classes), (one, other) => one != other)];
        compared.AddRange(cosines.Select(one => (double)one).Zip(changed));
    }

    private static long[] Best(Tensor features, ClassVectors classes) =>
        classes.Compare(features, scale: 1).argmax(-1).to(CPU).data<long>().ToArray();
}
