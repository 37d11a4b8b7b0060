using System.Globalization;

namespace PromptKD.Scale;

/// <summary>What docs/scale.md tells of machines that are not here, as Markdown.</summary>
internal static class Tables
{
    private const int Steps = 200;
    private const int ManySteps = 4;

    private static readonly Network[] s_networks =
        [Network.OfGigabits(1), Network.OfGigabits(10), Network.OfGigabits(100)];

    private static readonly (int Machines, double Rows)[] s_learning =
        [(1, 8), (2, 4), (4, 2), (8, 1), (10, 8), (100, 8), (1000, 8)];

    private static readonly (long Pictures, int Tasks)[] s_filling =
    [
        (1_000_000, 1), (1_000_000, 10), (1_000_000, 100), (1_000_000, 1000), (100_000_000, 100), (100_000_000, 1000),
        (1_000_000_000, 1000),
    ];

    /// <summary>Learning, with the paper's batch and with one that grows with the machines.</summary>
    public static IEnumerable<string> Learn()
    {
        yield return "| Machines | Pictures a batch | On processors: 1 Gbit/s | 10 Gbit/s "
            + "| On GPUs: 10 Gbit/s | 100 Gbit/s |";
        yield return "| --- | --- | --- | --- | --- | --- |";
        foreach ((int machines, double rows) in s_learning)
        {
            string[] cells =
            [
                Cell(Rates.Picture, s_networks[0]),
                Cell(Rates.Picture, s_networks[1]),
                Cell(Rates.GpuPicture, s_networks[1]),
                Cell(Rates.GpuPicture, s_networks[2]),
            ];
            yield return $"| {machines:N0} | {machines * rows:N0} | {string.Join(" | ", cells)} |";

            string Cell(double picture, Network network)
            {
                int steps = machines > 100 ? ManySteps : Steps;
                LearningPace pace = Learning.Take(machines, rows, picture, Rates.Spread, network, steps);
                return Text($"{pace.Pictures:#,0} a second, {100 * pace.Lost:0} % lost");
            }
        }
    }

    /// <summary>Failures while machines learn.</summary>
    public static IEnumerable<string> Fail()
    {
        yield return "| Machines | A failure every | Of the time is left, a million pictures | … a billion |";
        yield return "| --- | --- | --- | --- |";
        foreach (int machines in (int[])[1, 10, 100, 1000])
        {
            double hours = Rates.BetweenFailures / machines / 3600;
            string million = Text($"{100 * Failures.UsefulShare(machines, 1_000_000, 100_000):0.0} %");
            string billion = Text($"{100 * Failures.UsefulShare(machines, 1_000_000_000, 100_000):0.0} %");
            yield return Text($"| {machines:N0} | {hours:N0} h | {million} | {billion} |");
        }
    }

    /// <summary>Filling stores.</summary>
    public static IEnumerable<string> Fill()
    {
        yield return "| Pictures | Machines | List and digests | Whole store | Of it, machines make shards "
            + "| Failures |";
        yield return "| --- | --- | --- | --- | --- | --- |";
        foreach ((long pictures, int tasks) in s_filling)
        {
            FillingTime time = Filling.Fill(pictures, tasks);
            yield return string.Join(
                " | ",
                Text($"| {pictures:N0}"),
                Text($"{tasks:N0}"),
                Time(time.Digests),
                Time(time.Whole),
                Text($"{100 * time.Busy:0} %"),
                Text($"{time.Failures} |"));
        }
    }

    /// <summary>Exchanges, beside what was measured.</summary>
    /// <param name="measured">
    /// Lines of <c>PromptKD.Speed exchange</c>, behind the network's Gbit/s and "eager" or nothing, separated by tabs.
    /// </param>
    public static IEnumerable<string> Compare(IEnumerable<string> measured)
    {
        yield return "| Network | Processes | Exchange | Measured | … with a larger eager limit | Simulated |";
        yield return "| --- | --- | --- | --- | --- | --- |";
        var rows = measured
            .Select(line => line.Split('\t'))
            .ToLookup(
                fields => (Number(fields[0]), (int)Number(fields[2]), fields[3], Number(fields[4])),
                fields => (Way: fields[1], Seconds: Number(fields[5])));
        foreach (var row in rows)
        {
            (double gigabits, int processes, string kind, double bytes) = row.Key;
            var cluster = new Cluster(processes, Network.OfGigabits(gigabits));
            if (kind.Contains("gradients", StringComparison.Ordinal))
            {
                Exchanges.Sum(cluster, bytes);
            }
            else
            {
                Exchanges.Gather(cluster, bytes);
            }

            IEnumerable<double> seconds =
                [.. row.OrderBy(one => one.Way, StringComparer.Ordinal).Select(one => one.Seconds), cluster.Last()];
            string cells = string.Join(" | ", seconds.Select(one => Text($"{1e3 * one:0.00} ms")));
            yield return Text($"| {gigabits:0.##} Gbit/s | {processes} | {kind}, {bytes:N0} bytes | {cells} |");
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Time(double seconds) => seconds switch
    {
        < 120 => Text($"{seconds:0} s"),
        < 7200 => Text($"{seconds / 60:0} min"),
        < 172_800 => Text($"{seconds / 3600:0.0} h"),
        _ => Text($"{seconds / 86_400:0.0} days"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
