using System.Globalization;
using PromptKD.Runtime.Processes;

namespace PromptKD.Speed;

/// <summary>
/// What a step exchanges, <c>exchange</c>: seconds of each kind, by the processes that mpirun started. A line each, of
/// the first one.
/// </summary>
internal static class ExchangeSpeed
{
    // Features that the projector normalises, of a ViT-B/16 student and a teacher of embedding 768.
    private const int Width = 768;
    private const int LearnedNumbers = 1_012_992;
    private const int SignBytes = 5 * sizeof(int);
    private const int MomentBytes = (1 + (2 * Width)) * sizeof(double);

    /// <summary>Prints processes, kind, bytes of each process, and median, least and largest seconds.</summary>
    /// <param name="repetitions">Of each kind, behind one that does not count.</param>
    public static void Measure(int repetitions)
    {
        IProcessGroup processes = ProcessGroup.Join();
        float[] learned = new float[LearnedNumbers], sums = new float[2 * Width];
        byte[] signs = new byte[SignBytes], moments = new byte[MomentBytes];
        Report("signs before a step", SignBytes, () => processes.Exchange(signs));
        Report("moments of the batch", MomentBytes, () => processes.Exchange(moments));
        Report("sums of its gradients", sums.Length * sizeof(float), () => processes.Sum(sums));
        Report("gradients of what is learned", learned.Length * sizeof(float), () => processes.Sum(learned));
        ProcessGroup.Finish();

        void Report(string kind, int bytes, Action exchange)
        {
            exchange();
            double[] seconds = new double[repetitions];
            for (int turn = 0; turn < repetitions; turn++)
            {
                // All begin together, so that none is measured waiting for another one's last turn.
                processes.Wait(CancellationToken.None);
                seconds[turn] = Timing.Seconds(exchange);
            }

            if (processes.IsLeader())
            {
                double[] told = [Timing.Median(seconds), seconds.Min(), seconds.Max()];
                string times = string.Join(
                    '\t', told.Select(one => one.ToString("0.000000", CultureInfo.InvariantCulture)));
                Console.WriteLine($"{processes.Size}\t{kind}\t{bytes}\t{times}");
            }
        }
    }
}
