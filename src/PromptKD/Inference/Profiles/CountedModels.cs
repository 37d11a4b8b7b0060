using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Costs;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Inference.Profiles;

/// <summary>Finds the sizes of what a request names: in a package, in a checkpoint, or in settings.</summary>
internal static class CountedModels
{
    private const string PromptKD = "PromptKD";
    private const string UsualTeacher = OpenAiModels.Prefix + "ViT-L/14";

    /// <summary>The methods whose costs papers compare, in the order of <see cref="MethodCatalog"/>.</summary>
    public static IReadOnlyList<string> Methods { get; } =
        [.. MethodCatalog.All.Where(row => row.LearnsFrom != Supervision.None).Select(row => row.Name)];

    /// <summary>Of a student package.</summary>
    /// <exception cref="PromptKDException">It has no manifest, or a damaged one.</exception>
    public static CountedModel OfPackage(string folder)
    {
        StudentManifest manifest = StudentPackage.ReadManifest(folder);
        ClipArchitecture clip = StudentPackage.ReadArchitecture(folder, manifest);
        int depth = Math.Min(manifest.PromptDepth, clip.VisionLayers);
        return new CountedModel
        {
            Title = $"the student {folder}, {clip.Name}",
            Clip = clip,
            Method = manifest.Checkpoint?.Method ?? PromptKD,
            Classes = manifest.ClassNames.Count,
            VisionTokens = manifest.PromptLength,
            VisionDepth = depth,
            LearnedTokenValues = (long)manifest.PromptLength * depth * clip.VisionWidth,
            ProjectorLayers = manifest.ProjectorLayers,
            Embedding = manifest.TeacherEmbedding,
            TunesTower = manifest.TunedTower,
            HasTexts = false,
        };
    }

    /// <summary>Of a CLIP as it is, or with what was learned on it.</summary>
    /// <exception cref="PromptKDException">It cannot be read, or the checkpoint does not fit.</exception>
    public static CountedModel OfClip(ProfileRequest request, IRunObserver observer, CancellationToken stop)
    {
        ClipArchitecture clip = Sizes(request.Clip, observer, stop);
        if (request.Checkpoint.Length > 0)
        {
            using var learned = LearnedCheckpoint.Open(request.Checkpoint);
            learned.Check(clip);
            if (learned.ContextClasses is { } own && request.Classes is { } given && own != given)
            {
                throw new PromptKDException(
                    $"{request.Checkpoint}: {own} classes have learned tokens of their own, but ‹classes› says "
                    + $"{given}. Leave ‹classes› out.");
            }

            return Of(request, clip, learned.Sizes, tunesTower: false) with
            {
                Title = $"{request.Checkpoint}, {learned.Method} on {clip.Name}",
            };
        }

        return request.Method.Length > 0
            ? OfMethod(request, request.Method, clip, observer, stop)
            : new CountedModel
            {
                Title = IsNamed(request.Clip) ? clip.Name : $"{request.Clip}, {clip.Name}",
                Clip = clip,
                Classes = Classes(request),
                Embedding = clip.EmbeddingSize,
                HasTexts = clip.TextWidth > 0,
            };
    }

    /// <summary>Of each method, on the CLIP of a request.</summary>
    /// <exception cref="PromptKDException">A CLIP cannot be read.</exception>
    public static IReadOnlyList<CountedModel> OfMethods(
        ProfileRequest request, IRunObserver observer, CancellationToken stop)
    {
        ClipArchitecture clip = Sizes(request.Clip, observer, stop);
        return [.. Methods.Select(method => OfMethod(request, method, clip, observer, stop))];
    }

    private static CountedModel OfMethod(
        ProfileRequest request, string method, ClipArchitecture clip, IRunObserver observer, CancellationToken stop)
    {
        if (MethodCatalog.Find(method).LearnsFrom == Supervision.None)
        {
            throw new PromptKDException(
                $"‹method› is {method}, which learns nothing. Leave ‹method› out: that is the CLIP as it is.");
        }

        if (method != PromptKD)
        {
            clip.RequireClips(request.Clip, method);
        }

        PromptKDConfig student = request.Settings.Trainer.PromptKD;
        int embedding = method == PromptKD && student.SharedText
            ? Sizes(request.Teacher.Length > 0 ? request.Teacher : UsualTeacher, observer, stop).EmbeddingSize
            : clip.EmbeddingSize;
        LearnedSizes sizes = MethodSizes.Of(method, request.Settings.Trainer, clip, embedding, Classes(request));
        if (sizes is { VisionLength: > 0, VisionDepth: > 0 })
        {
            if (method == PromptKD && !clip.HasTokens)
            {
                throw new PromptKDException(
                    $"{request.Clip} with {method}: its image encoder has no tokens to put learned ones among. Set "
                    + "TRAINER.PROMPTKD.N_CTX_VISION 0: then its projector learns, and with "
                    + "TRAINER.PROMPTKD.TUNE_TOWER True its tower too.");
            }

            clip.RequireTransformer($"{request.Clip} with {method}");
        }

        return Of(request, clip, sizes, tunesTower: method == PromptKD && student.TuneTower);
    }

    private static CountedModel Of(
        ProfileRequest request, ClipArchitecture clip, LearnedSizes sizes, bool tunesTower) => new()
        {
            Title = $"{sizes.Method} on {clip.Name}",
            Clip = clip,
            Method = sizes.Method,
            Classes = sizes.ContextClasses ?? Classes(request),
            VisionTokens = sizes.VisionLength,
            VisionDepth = sizes.VisionDepth,
            TextTokens = sizes.ContextLength,
            LearnedTokenValues = ParameterCount.Of(LearnedShapes.Of(sizes, clip, learner: "")
            .Where(named => !named.Key.StartsWith(LearnedShapes.ProjectorPrefix, StringComparison.Ordinal))),
            ProjectorLayers = sizes.ProjectorLayers,
            Embedding = sizes.ProjectorLayers > 0 ? sizes.TeacherEmbedding : clip.EmbeddingSize,
            TunesTower = tunesTower,
            HasTexts = sizes.Method != PromptKD,
        };

    private static int Classes(ProfileRequest request) => request.Classes ?? ProfileRequest.UsualClasses;

    private static bool IsNamed(string clip) =>
        clip.StartsWith(OpenAiModels.Prefix, StringComparison.OrdinalIgnoreCase);

    // What OpenAI published is known by name: nothing is fetched to be counted.
    private static ClipArchitecture Sizes(string clip, IRunObserver observer, CancellationToken stop)
    {
        Checks.Require(clip, "‹clip›", "a file, a folder, or a name such as openai:ViT-B/16");
        if (IsNamed(clip))
        {
            string name = OpenAiModels.Find(clip).Name;
            return ClipArchitecture.Published.First(one => one.Name == name).Architecture;
        }

        observer.OnPhase($"Reading {clip}");
        using ClipCheckpoint checkpoint = ModelFiles.OpenClip(clip, observer, stop);
        return checkpoint.Architecture;
    }
}
