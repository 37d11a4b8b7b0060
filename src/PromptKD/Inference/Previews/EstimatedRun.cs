using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Inference.Previews;

/// <summary>
/// The student of a run to come looks at the same pictures as the teacher: how long will the run take?
/// </summary>
internal sealed class EstimatedRun : IDisposable
{
    private readonly Recipe _recipe;
    private readonly ComputeTarget _target;
    private readonly ClipArchitecture _architecture;
    private readonly TowerFeatures _tower;
    private ViewPace? _pace;

    private EstimatedRun(
        Recipe recipe, ComputeTarget target, ClipCheckpoint clip, Preprocessing preparation)
    {
        _recipe = recipe;
        _target = target;
        _architecture = clip.Architecture;
        Preparation = preparation;
        _tower = TowerFeatures.Read(clip, preparation, target);
    }

    /// <summary>How its pictures are prepared.</summary>
    public Preprocessing Preparation { get; }

    /// <summary>Refuses a recipe that there is not, or that nobody learns by.</summary>
    /// <exception cref="PromptKDException">It is such a one.</exception>
    public static void Check(PreviewRequest request)
    {
        if (request.Recipe is { } recipe)
        {
            Recipe.Find(recipe);
            if (request.Student is null)
            {
                throw new PromptKDException(
                    $"‹recipe› {recipe} is of a run whose student is not named. Give ‹student›, too.");
            }
        }
    }

    /// <summary>Opens the student.</summary>
    /// <param name="request">Names it, and the recipe.</param>
    /// <param name="target">Where it computes.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops while it is fetched.</param>
    /// <returns>Null where none is named.</returns>
    /// <exception cref="PromptKDException">The CLIP cannot be read.</exception>
    public static EstimatedRun? OpenIfAny(
        PreviewRequest request, ComputeTarget target, IRunObserver observer, CancellationToken cancellation)
    {
        if (request.Student is not { } student)
        {
            return null;
        }

        var recipe = Recipe.Find(request.Recipe ?? Recipe.DefaultName);
        observer.OnPhase($"Reading the student {student}");
        using ClipCheckpoint clip = ModelFiles.OpenClip(student, request.StudentPictureSize, observer, cancellation);
        clip.ComputeOn(target);
        InputConfig input = recipe.Config.Input with { Upright = request.Upright };
        return new EstimatedRun(recipe, target, clip, TowerPreparation.Of(input, clip));
    }

    /// <summary>Takes what was measured.</summary>
    /// <param name="loading">Seconds a picture.</param>
    /// <param name="teacher">The teacher's tower.</param>
    /// <param name="student">Seconds a picture of the student's.</param>
    public void Take(double loading, TowerPace teacher, double student) =>
        _pace = new ViewPace(loading, teacher, new TowerPace(student, _architecture.EmbeddingSize));

    /// <summary>Looks at a batch, for the time that it takes.</summary>
    public void Look(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        _tower.Of(batch).cpu();
    }

    /// <summary>What the run is going to take.</summary>
    /// <param name="pictures">In the folder.</param>
    /// <param name="classes">How many.</param>
    /// <returns>Null where too few pictures were looked at.</returns>
    public PreviewEstimate? Estimate(int pictures, int classes)
    {
        if (_pace is not { Teacher: { } teacher, Student: { } student })
        {
            return null;
        }

        ExperimentConfig config = _recipe.Config;
        double heldOut = pictures * config.Distill.Holdout;
        var cost = new DistillationCost
        {
            Config = config,
            Pace = _pace,
            Student = _architecture,
            Pictures = pictures,
            HeldOut = heldOut < HeldOutChoice.Fewest ? 0 : (int)Math.Min(heldOut, HeldOutChoice.Most),
            StartStep = ProjectorTrial.Measure(
                student.EmbeddingSize,
                teacher.EmbeddingSize,
                config.Trainer.PromptKD.ProjectLayer,
                classes,
                config.Distill.Start.BatchSize,
                _target.Device),
            MemoryNow = DeviceMemory.Read(_target.Device)?.Used,
            MemorySoFar = DeviceMemory.ReadPeak(_target.Device),
        };
        return new PreviewEstimate(
            _recipe.Name,
            [.. cost.Phases.Select(phase => new EstimatedPhase(phase.Name, phase.Time.TotalSeconds))],
            cost.Total.TotalSeconds,
            cost.Memory,
            cost.StoreBytes,
            cost.Describe());
    }

    /// <inheritdoc/>
    public void Dispose() => _tower.Dispose();
}
