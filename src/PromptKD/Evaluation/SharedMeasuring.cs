using System.Runtime.InteropServices;
using PromptKD.Data.Pictures;
using PromptKD.Runtime.Processes;

namespace PromptKD.Evaluation;

/// <summary>
/// Measuring by several processes: each asks about every n-th batch, whole ones, so that a picture is asked about
/// beside the same others as by one process; then all know all answers, in the order in which one process would have
/// them.
/// </summary>
internal static class SharedMeasuring
{
    /// <summary>What is said of pictures without labels.</summary>
    /// <param name="processes">All that measure.</param>
    /// <param name="own">Asks about this process's batches.</param>
    /// <param name="count">How many answers a picture gets.</param>
    /// <param name="order">The pictures in the order in which one process would come to them.</param>
    /// <param name="skipped">Those that could not be read; those of the other processes are added.</param>
    /// <param name="stop">Stops all of them.</param>
    /// <exception cref="OperationCanceledException">This process or another one was stopped.</exception>
    /// <exception cref="PromptKDException">Not one picture could be read.</exception>
    public static IReadOnlyList<PictureScores> Scores(
        IProcessGroup processes,
        Func<IReadOnlyList<PictureScores>> own,
        int count,
        IReadOnlyList<int> order,
        SkippedPictures skipped,
        CancellationToken stop)
    {
        if (processes.IsAlone())
        {
            return own();
        }

        Answers all = Gather(
            processes,
            () => [.. own().Select(one => one.Items.Select(item => new Answer(item, Label: 0, one[item])))],
            count,
            skipped,
            stop);
        Dictionary<int, int> places = order.Index().ToDictionary(one => one.Item, one => one.Index);
        return [.. all.Models.Select(model => PictureScores.Of(
            model.OrderBy(answer => places[answer.Item]).Select(answer => (answer.Item, answer.Row))))];
    }

    /// <summary>What is said of labelled pictures.</summary>
    /// <param name="processes">All that measure.</param>
    /// <param name="own">Asks about this process's batches, of a list that is gone through from first to last.</param>
    /// <param name="count">How many classifiers are asked.</param>
    /// <param name="skipped">As for <see cref="Scores"/>.</param>
    /// <param name="stop">Stops all of them.</param>
    /// <exception cref="OperationCanceledException">This process or another one was stopped.</exception>
    /// <exception cref="PromptKDException">Not one picture could be read.</exception>
    public static IReadOnlyList<Evaluator> Judgements(
        IProcessGroup processes,
        Func<IReadOnlyList<Evaluator>> own,
        int count,
        SkippedPictures skipped,
        CancellationToken stop)
    {
        if (processes.IsAlone())
        {
            return own();
        }

        Answers all = Gather(
            processes,
            () =>
            [
                .. own().Select(one => one.Items.Select(
                    (item, place) => new Answer(item, one.Labels[place], one.Scores[place]))),
            ],
            count,
            skipped,
            stop);
        return [.. all.Models.Select(Judge)];
    }

    private static Evaluator Judge(IEnumerable<Answer> answers)
    {
        var evaluator = new Evaluator();
        foreach (Answer answer in answers.OrderBy(one => one.Item))
        {
            evaluator.Add(answer.Item, answer.Label, answer.Row);
        }

        return evaluator;
    }

    private static Answers Gather(
        IProcessGroup processes,
        Func<IReadOnlyList<IEnumerable<Answer>>> own,
        int count,
        SkippedPictures skipped,
        CancellationToken stop)
    {
        byte[] sent = [];
        bool isStopped = false;
        try
        {
            sent = Write(own());
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            isStopped = true;
        }

        // A stop is told to all: nobody may wait for somebody who left.
        Word[] words = processes.GatherValues(new Word(isStopped, [.. skipped]), CancellationToken.None);
        if (words.Any(word => word.IsStopped))
        {
            throw new OperationCanceledException(stop);
        }

        var models = Enumerable.Range(0, count).Select(_ => new List<Answer>()).ToList();
        foreach (byte[] received in processes.Gather(sent, CancellationToken.None))
        {
            Read(received, models);
        }

        foreach (SkippedPicture picture in words.SelectMany(word => word.Skipped))
        {
            skipped.Add(picture);
        }

        return models[0].Count > 0
            ? new Answers(models)
            : throw new PromptKDException(
                $"{SkippedPictures.NoneOf(skipped.Count)}: "
                + $"{SkippedPictures.Describe(skipped.Take(3))}.");
    }

    private static byte[] Write(IReadOnlyList<IEnumerable<Answer>> models)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (IEnumerable<Answer> model in models)
        {
            Answer[] answers = [.. model];
            writer.Write(answers.Length);
            foreach (Answer answer in answers)
            {
                writer.Write(answer.Item);
                writer.Write(answer.Label);
                writer.Write(answer.Row.Length);
                writer.Write(MemoryMarshal.AsBytes<float>(answer.Row));
            }
        }

        writer.Flush();
        return bytes.ToArray();
    }

    private static void Read(byte[] received, List<List<Answer>> models)
    {
        using var reader = new BinaryReader(new MemoryStream(received));
        foreach (List<Answer> model in models)
        {
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                int item = reader.ReadInt32();
                int label = reader.ReadInt32();
                float[] row = new float[reader.ReadInt32()];
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(row.AsSpan()));
                model.Add(new Answer(item, label, row));
            }
        }
    }

    private sealed record Word(bool IsStopped, SkippedPicture[] Skipped);

    private sealed record Answer(int Item, int Label, float[] Row);

    private sealed record Answers(IReadOnlyList<List<Answer>> Models);
}
