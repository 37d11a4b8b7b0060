using System.Globalization;
using System.Text;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Inference.Predictions;

/// <summary>
/// Classifies pictures and brings the answers where they are wanted: written down, to a file, or the pictures
/// themselves
/// into class folders. Processes that were started together share the pictures; the first one alone writes.
/// </summary>
public static class PredictionRun
{
    /// <summary>Classifies what a request names.</summary>
    /// <param name="classifier">The student.</param>
    /// <param name="request">What to classify, and where the answers go.</param>
    /// <param name="answers">Receives the answers as they come, where no file does; null for nobody.</param>
    /// <param name="skipped">Is told each picture that cannot be read.</param>
    /// <param name="cancellationToken">Stops between batches: no file is written then, sorted pictures stay.</param>
    /// <exception cref="PromptKDException">
    /// As <see cref="FolderClassifier.ClassifyAll"/>; or the request contradicts itself or the student, or something
    /// cannot
    /// be written.
    /// </exception>
    public static PredictionSummary Of(
        FolderClassifier classifier,
        PredictionRequest request,
        TextWriter? answers = null,
        Action<SkippedPicture>? skipped = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.Top, nameof(request));
        Check(request, classifier);
        PredictionFormat format = request.Format
            ?? (request.Output is { } file ? PredictionFormats.OfFile(file) : PredictionFormat.Text);
        IProcessGroup processes = ProcessGroup.Join();
        bool writes = processes.IsLeader();
        IEnumerable<PicturePrediction> all = Classify(classifier, request, processes, skipped, cancellationToken);
        using PictureSorter? sorter = request.SortInto is { } folder && writes
            ? new PictureSorter(folder, request.AsLinks)
            : null;
        IEnumerable<PicturePrediction> predictions = all
            .Select(prediction => prediction with
            {
                Threshold = request.Threshold,
                Fit = request.NoneOfThese ? prediction.Fit : null,
                FitThreshold = request.NoneOfThese ? classifier.NoneOfThese!.Threshold : null,
            });
        bool mayHaveNone = request.Threshold is not null || request.NoneOfThese;
        int pictures = 0, unanswered = 0;
        if (request.Output is { } target && writes)
        {
            WholeFile.Write(target, stream =>
            {
                using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
                Follow(text);
            });
        }
        else
        {
            Follow(writes && answers is not null ? answers : TextWriter.Null);
        }

        return new PredictionSummary(pictures, unanswered, sorter?.Summary);

        void Follow(TextWriter output)
        {
            var writer = new PredictionWriter(output, format, request.Top, mayHaveNone);
            foreach (PicturePrediction prediction in predictions)
            {
                if (pictures == 0)
                {
                    writer.Begin();
                }

                writer.Add(prediction);
                sorter?.Add(prediction.Picture!, FolderName.Of(prediction.Answer ?? PicturePrediction.None));
                pictures++;
                unanswered += prediction.Answer is null ? 1 : 0;
            }

            writer.End();
        }
    }

    private static IEnumerable<PicturePrediction> Classify(
        FolderClassifier classifier,
        PredictionRequest request,
        IProcessGroup processes,
        Action<SkippedPicture>? skipped,
        CancellationToken cancellationToken)
    {
        if (SharedWork.Of(processes) is not { } work)
        {
            return classifier.ClassifyAll(
                request.Pictures, request.Top, skipped: skipped, cancellationToken: cancellationToken);
        }

        IReadOnlyList<PictureItem> pictures = classifier.ListPictures(request.Pictures, cancellationToken);
        KeyValuePair<string, string>[] settings =
        [
            new("‹top›", $"{request.Top}"),
            new("‹threshold›", string.Create(CultureInfo.InvariantCulture, $"{request.Threshold}")),
            new("‹none-of-these›", $"{request.NoneOfThese}"),
        ];
        SharedClassifying.Check(processes, classifier, pictures, settings, cancellationToken);
        return classifier.ClassifyTogether(pictures, request.Top, skipped, work, cancellationToken);
    }

    private static void Check(PredictionRequest request, FolderClassifier classifier)
    {
        if (request.Threshold is { } threshold && !(threshold is >= 0 and <= 1))
        {
            throw new PromptKDException($"‹threshold› is {threshold}; give a probability, 0 to 1.");
        }

        if (request.NoneOfThese && classifier.NoneOfThese is null)
        {
            throw new PromptKDException(
                "The student does not say how well a class has to fit, so ‹none-of-these› cannot be answered: packages "
                + "of students that learned from a live SigLIP with pictures held out say it. Leave it out, or give "
                + "‹threshold›.");
        }

        string? option = request.Threshold is not null ? "‹threshold›" : request.NoneOfThese ? "‹none-of-these›" : null;
        if (option is not null && classifier.ClassNames.FirstOrDefault(IsNone) is { } taken)
        {
            throw new PromptKDException(
                $"The student has a class '{taken}', which {option} gives as the answer where there is none. "
                + $"Rename the class (‹promptkd classes rename›), or leave {option} out.");
        }

        if (request.AsLinks && request.SortInto is null)
        {
            throw new PromptKDException("‹links› says how ‹sort-into› fills its folders. Give ‹sort-into› DIR, too.");
        }

        if (request.Output is { } output && Directory.Exists(output))
        {
            throw new PromptKDException($"'{output}' is a folder. Give the name of a file for the answers.");
        }

        if (request.SortInto is { } folder
            && request.Pictures.FirstOrDefault(given => PictureSorter.LiesIn(folder, given)) is { } source)
        {
            throw new PromptKDException(
                $"'{folder}' lies in '{source}', whose pictures are classified: the next call would read the sorted "
                + "ones, too. Give a folder elsewhere.");
        }
    }

    private static bool IsNone(string name) => ClassLookup.Key(name) == ClassLookup.Key(PicturePrediction.None);
}
