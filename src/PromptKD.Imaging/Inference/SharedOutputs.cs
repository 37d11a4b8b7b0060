using System.Runtime.InteropServices;
using System.Text;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>
/// What is said of pictures by processes that go through one list: in each round every one computes a whole batch, so
/// that a picture is computed beside the same others as by one process; then all know the answers of all, in the order
/// of the list.
/// </summary>
/// <param name="work">The processes.</param>
/// <param name="skipped">Those that this process could not read; those of the others are added.</param>
internal sealed class SharedOutputs(ISharedWork work, SkippedPictures skipped)
{
    private const int ReasonsShown = 3;

    private int _told;

    /// <summary>What is said of each picture that can be read, by its place.</summary>
    /// <param name="batches">Those of this process, without those of which nothing could be read.</param>
    /// <param name="count">Batches of all.</param>
    /// <param name="compute">Computes one.</param>
    /// <param name="cancellation">Stops this process, and with it all.</param>
    /// <returns>The outputs of each round, which may be none.</returns>
    /// <exception cref="OperationCanceledException">This process or another one was stopped.</exception>
    /// <exception cref="PromptKDException">Not one picture could be read by any process.</exception>
    public IEnumerable<IReadOnlyList<(int Place, PictureOutput Output)>> Rounds(
        IEnumerable<LoadedPixels> batches,
        int count,
        Func<LoadedPixels, PictureOutput[]> compute,
        CancellationToken cancellation)
    {
        using IEnumerator<LoadedPixels> own = batches.GetEnumerator();
        LoadedPixels? waiting = null;
        bool any = false;
        try
        {
            for (int first = 0; first < count; first += work.Share.Size)
            {
                byte[] sent = Compute(first + work.Share.Rank);
                List<(int, PictureOutput)> outputs = [];
                bool isStopped = false;
                foreach (byte[] received in work.Gather(sent))
                {
                    isStopped |= Read(received, outputs);
                }

                if (isStopped)
                {
                    throw new OperationCanceledException(cancellation);
                }

                any |= outputs.Count > 0;
                yield return outputs;
            }
        }
        finally
        {
            waiting?.Dispose();
        }

        if (!any)
        {
            throw new PromptKDException(
                $"{SkippedPictures.NoneOf(skipped.Count)}: "
                + $"{SkippedPictures.Describe(skipped.Take(ReasonsShown))}.");
        }

        // A stop is told to all: nobody may wait for somebody who left.
        byte[] Compute(int number)
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                waiting ??= own.MoveNext() ? own.Current : null;
                if (waiting?.Number != number)
                {
                    return Write([], [], isStopped: false);
                }

                using LoadedPixels batch = waiting;
                waiting = null;
                return Write(batch.Items, compute(batch), isStopped: false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return Write([], [], isStopped: true);
            }
        }
    }

    private byte[] Write(IReadOnlyList<int> places, PictureOutput[] outputs, bool isStopped)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(isStopped);
            SkippedPicture[] told = [.. skipped.Skip(_told)];
            writer.Write(told.Length);
            foreach (SkippedPicture picture in told)
            {
                writer.Write(picture.Path);
                writer.Write(picture.Reason);
            }

            writer.Write(outputs.Length);
            foreach ((int place, PictureOutput output) in places.Zip(outputs))
            {
                writer.Write(place);
                Write(writer, output.Logits);
                Write(writer, output.Probabilities);
                Write(writer, output.Features);
            }
        }

        return bytes.ToArray();
    }

    private bool Read(byte[] received, List<(int Place, PictureOutput Output)> outputs)
    {
        using var reader = new BinaryReader(new MemoryStream(received), Encoding.UTF8);
        bool isStopped = reader.ReadBoolean();
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            skipped.Add(new SkippedPicture(reader.ReadString(), reader.ReadString()));
        }

        _told = skipped.Count;
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            outputs.Add(
                (reader.ReadInt32(), new PictureOutput(ReadFloats(reader), ReadFloats(reader), ReadFloats(reader))));
        }

        return isStopped;
    }

    private static void Write(BinaryWriter writer, float[] values)
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes<float>(values));
    }

    private static float[] ReadFloats(BinaryReader reader)
    {
        float[] values = new float[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
