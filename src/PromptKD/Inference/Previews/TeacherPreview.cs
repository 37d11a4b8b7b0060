using System.Diagnostics;
using System.Text.Json;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Drawing;
using PromptKD.Features;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;
using PromptKD.Text.Names;

namespace PromptKD.Inference.Previews;

/// <summary>
/// Lets a teacher look at a sample of unlabelled pictures, before a student learns from it for hours.
/// </summary>
public static class TeacherPreview
{
    private const int BatchSize = 16;
    private const string SheetFile = "sheet.png";
    private const string ReportFile = "preview.json";
    private const string UsualSentence = "a photo of a {}.";

    /// <summary>Looks at pictures.</summary>
    /// <param name="request">Which teacher, which pictures.</param>
    /// <param name="observer">Is told how it goes, and which pictures cannot be read; null for nobody.</param>
    /// <param name="looked">
    /// Is told what the teacher thinks, before anything is written: a disk that fails then costs the files alone.
    /// </param>
    /// <param name="cancellationToken">Stops between batches; nothing is written then.</param>
    /// <exception cref="PromptKDException">
    /// The teacher, the classes or the pictures cannot be read, or the output folder cannot be written.
    /// </exception>
    public static PreviewReport Of(
        PreviewRequest request,
        IRunObserver? observer = null,
        Action<PreviewReport>? looked = null,
        CancellationToken cancellationToken = default)
    {
        observer ??= IRunObserver.Nobody;
        if (request.Sample < 0)
        {
            throw new PromptKDException($"‹sample› is {request.Sample}; give a number of pictures, or 0 for all.");
        }

        EstimatedRun.Check(request);
        foreach (string sentence in request.Templates)
        {
            _ = new PromptTemplate(sentence);
        }

        ClassNameRules.Check(request.ClassNames, "The classes");
        var folder = PictureFolder.Unlabelled(request.Images, cancellationToken);
        folder.LeftOut.Report(observer);
        PictureItem[] sample = [.. Spread(folder.Items, request.Sample)];
        using ProcessSettings kept = ProcessSettings.Keep();
        using Looking teacher = Looking.Open(request, observer, cancellationToken);
        using EstimatedRun? run = EstimatedRun.OpenIfAny(request, teacher.Target, observer, cancellationToken);
        observer.OnPhase($"Looking at {sample.Length} of {Counted.Of(folder.Items.Count, "picture")}");
        var loader = new PictureLoader(
            sample,
            [teacher.Tower.Preparation!, .. run is null ? (Preprocessing[])[] : [run.Preparation]]);
        long start = Stopwatch.GetTimestamp();
        (List<PictureItem> seen, IReadOnlyList<List<float[]>> probabilities) =
            Look(teacher, run, loader, sample, observer, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        loader.Skipped.Report(observer);
        PreviewReport report = PreviewedAnswers.Report(request.ClassNames, seen, teacher.Sentences, probabilities) with
        {
            Pictures = folder.Items.Count,
            Skipped = [.. loader.Skipped],
            PicturesPerSecond = seen.Count / seconds,
            Estimate = run?.Estimate(folder.Items.Count, request.ClassNames.Count),
        };
        looked?.Invoke(report);
        if (request.Output is { } output)
        {
            Write(output, report);
        }

        return report;
    }

    /// <summary>A report as JSON, in one line.</summary>
    public static string ToJson(PreviewReport report) =>
        Printable.Json(JsonSerializer.Serialize(report, AnswerJson.Lines.PreviewReport));

    /// <summary>Some of a list, evenly spaced, the first one always.</summary>
    internal static IEnumerable<T> Spread<T>(IReadOnlyList<T> all, int count) => count == 0 || count >= all.Count
        ? all
        : Enumerable.Range(0, count).Select(place => all[(int)((long)place * all.Count / count)]);

    private static (List<PictureItem> Seen, IReadOnlyList<List<float[]>> Probabilities) Look(
        Looking teacher,
        EstimatedRun? run,
        PictureLoader loader,
        PictureItem[] sample,
        IRunObserver observer,
        CancellationToken cancellationToken)
    {
        List<PictureItem> seen = [];
        List<float[]>[] probabilities = [.. teacher.Vectors.Select(_ => new List<float[]>())];
        var plan = new LoadPlan { Order = EpochOrder.Sequential(sample.Length), BatchSize = BatchSize };
        int embedding = (int)teacher.Vectors[0].Vectors.shape[1];
        var meter = new PaceMeter(
            towers: 2,
            (loading, towers) => run?.Take(
                loading, new TowerPace(towers[0], embedding) { Bytes = teacher.Tower.Bytes }, towers[1]),
            TimeProvider.System);
        foreach (Batch batch in loader.Load(plan, cancellationToken))
        {
            using (batch)
            using (DisposeScope scope = NewDisposeScope())
            {
                meter.Loaded();
                Tensor features = teacher.Tower.Of(batch);
                foreach ((ClassVectors vectors, List<float[]> rows) in teacher.Vectors.Zip(probabilities))
                {
                    Tensor all = teacher.Scores(features, vectors).softmax(-1).cpu();
                    rows.AddRange(all.data<float>().ToArray().Chunk(vectors.Names.Count));
                }

                seen.AddRange(batch.Items.Select(item => sample[item]));
                meter.Looked(0);
                run?.Look(batch);
                meter.Looked(1);
                meter.Done(batch.Items.Count);
            }

            observer.OnClassified(seen.Count + loader.Skipped.Count, sample.Length);
        }

        meter.End();
        return (seen, probabilities);
    }

    private static void Write(string folder, PreviewReport report)
    {
        using FolderHold hold = FolderHold.Share(folder); // Two files that say one thing.
        PictureSheet.Write(
            Path.Combine(folder, SheetFile),
            $"What the teacher thinks of {Counted.Of(report.Sample, "picture")}",
            "from the one that it is least sure of to the surest: its class, and the next one",
            [
                .. Spread([.. report.Answers.Reverse()], PictureSheet.MostPictures).Select(one => new SheetPicture(
                    one.Picture!,
                    [
                        (Label(one.Classes[0]), ChartCanvas.Ink),
                        (Label(one.Classes[1]), ChartCanvas.Muted),
                    ])),
            ]);
        WholeFile.WriteText(Path.Combine(folder, ReportFile), $"{ToJson(report)}\n");
    }

    private static string Label(ClassProbability one) =>
        FormattableString.Invariant($"{one.Probability:P0} {one.Name}");

    /// <summary>A teacher with the class vectors of each sentence, and behind them those of all.</summary>
    private sealed class Looking(
        ComputeTarget target,
        LiveFeatures tower,
        IReadOnlyList<ClassVectors> vectors,
        IReadOnlyList<string> sentences,
        LearnedSentences? conditioned) : IDisposable
    {
        public ComputeTarget Target => target;

        public LiveFeatures Tower => tower;

        public IReadOnlyList<ClassVectors> Vectors => vectors;

        public IReadOnlyList<string> Sentences => sentences;

        public static Looking Open(PreviewRequest request, IRunObserver observer, CancellationToken cancellationToken)
        {
            ComputeTarget target = ComputeTarget.Resolve(
                    request.Device, request.DeviceIndex, request.Precision, observer.OnWarning)
                .WithProvider(request.OnnxProvider);
            observer.OnPhase($"Reading the teacher {request.Teacher}");
            using var parts = new Unfinished();
            ClipCheckpoint clip = parts.Add(ModelFiles.OpenClip(
                request.Teacher, request.TeacherPictureSize, observer, cancellationToken));
            PromptedWeights? prompts =
                request.TeacherPrompts is { } path ? parts.Add(PromptCheckpoint.ReadTeacher(path)) : null;
            if (prompts?.TextContext is not null && request.Templates.Count > 0)
            {
                throw new PromptKDException(
                    $"{request.TeacherPrompts}: a teacher with learned text tokens reads no sentences. Leave "
                        + "‹template› out.");
            }

            var preparation = TowerPreparation.Of(DistillPreset.Config.Input with { Upright = request.Upright }, clip);
            var frozen = parts.Add(new FrozenClip(clip, prompts, target, preparation)
            {
                Position = CoOpTeachers.PositionOf(request.ClassPosition, prompts),
            });
            target.UseThreadsFor(frozen.Architecture.VisionWidth);
            var tokenizer = TextTokenizers.Load(
                ModelFiles.FindVocabulary(request.Vocabulary, frozen.Folder, cancellationToken));
            string[] sentences = [.. request.Templates.DefaultIfEmpty(UsualSentence).Distinct()];
            string[][] each = sentences.Length == 1 ? [] : [.. sentences.Select(one => new[] { one })];
            IEnumerable<string[]> sets = [.. each, sentences];
            using var made = new Unfinished();
            ClassVectors[] vectors =
            [
                .. sets.Select(set => made.Add(frozen.ReadClassVectors(
                    tokenizer,
                    request.ClassNames,
                    [.. set.Select(pattern => new PromptTemplate(pattern))],
                    request.Context,
                    roundToHalf: false))),
            ];
            LiveFeatures tower = made.Add(frozen.ReadImageTower(roundToHalf: false));
            LearnedSentences? conditioned = frozen.IsConditioned
                ? made.Add(frozen.ReadSentences(tokenizer, request.ClassNames, request.Context))
                : null;
            return made.HandOver(new Looking(target, tower, vectors, sentences, conditioned));
        }

        // A teacher of CoCoOp has texts of its own for each picture.
        public Tensor Scores(Tensor features, ClassVectors classVectors) =>
            conditioned?.Scores(features) ?? classVectors.Compare(features, classVectors.LogitScale);

        public void Dispose()
        {
            tower.Dispose();
            conditioned?.Dispose();
            foreach (ClassVectors one in vectors)
            {
                one.Dispose();
            }
        }
    }
}
