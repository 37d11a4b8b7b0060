using System.Runtime.ExceptionServices;
using PromptKD.Data.Pictures;
using PromptKD.Runtime.Remote;

namespace PromptKD.Data.Shards;

/// <summary>Tar archives on servers: found, and listed several at a time.</summary>
internal static class RemoteShards
{
    private const int AtATime = 8;

    /// <summary>The addresses of the shards that an address stands for, in order.</summary>
    /// <param name="given">A shard, a pattern of several, or a folder of a server that can list it.</param>
    /// <param name="leftOut">Counts files of the folder that are none.</param>
    /// <param name="stop">Stops, also while it is waited for the server.</param>
    /// <exception cref="PromptKDException">There is none, or the address is of something else.</exception>
    public static IReadOnlyList<string> Find(string given, LeftOutCounter leftOut, CancellationToken stop)
    {
        string[] shards =
        [
            .. RemoteAddress.Expand(RemoteAddress.WithoutQuery(given))
                .SelectMany(address => IsTar(address) ? [address] : Below(address, leftOut, stop)),
        ];
        string? doubled = shards.GroupBy(shard => shard, StringComparer.Ordinal)
            .FirstOrDefault(same => same.Count() > 1)?.Key;
        return doubled is null
            ? shards
            : throw new PromptKDException($"{doubled} is given twice. Give each shard once.");
    }

    /// <summary>Lists shards.</summary>
    /// <param name="addresses">As <see cref="Find"/> gave them.</param>
    /// <param name="keepsLabels">Whether labels are wanted, too.</param>
    /// <param name="stop">Stops, now, and where pictures are read later.</param>
    /// <exception cref="PromptKDException">One cannot be read.</exception>
    public static IReadOnlyList<IShard> Open(
        IReadOnlyList<string> addresses, bool keepsLabels, CancellationToken stop)
    {
        var shards = new IShard[addresses.Count];
        try
        {
            Parallel.For(
                0,
                addresses.Count,
                new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = AtATime },
                place =>
                {
                    string address = addresses[place];
                    var file = new RemoteFile(address, RemoteFiles.Of(address), RemotePatience.Default);
                    shards[place] = TarShard.Open(file, keepsLabels, stop);
                });
            return shards;
        }
        catch (AggregateException errors)
        {
            Exception[] all = [.. errors.Flatten().InnerExceptions];
            ExceptionDispatchInfo.Throw(Array.Find(all, error => error is not OperationCanceledException) ?? all[0]);
            throw;
        }
    }

    private static bool IsTar(string address) => address.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    private static string[] Below(string given, LeftOutCounter leftOut, CancellationToken stop)
    {
        if (ShardFiles.IsShard(given) || PictureFile.IsPicture(given))
        {
            throw new PromptKDException(
                $"{given}: of servers, tar archives are read, whose name ends in .tar. Download it, and give its "
                + "path.");
        }

        string folder = given.EndsWith('/') ? given : $"{given}/";
        IRemoteFiles reader = RemoteFiles.Of(folder);
        var attempts = new RemoteAttempts(folder, RemotePatience.Default, () => false);
        IReadOnlyList<string> files = attempts.RunAsync(token => reader.ListAsync(folder, token), stop)
            .GetAwaiter().GetResult();
        string[] shards = [.. files.Where(IsTar).Order(StringComparer.Ordinal)];
        foreach (string other in files.Where(file => !IsTar(file)))
        {
            leftOut.AddFile(other);
        }

        return shards.Length > 0
            ? shards
            : throw new PromptKDException(
                $"{folder}: no tar archives below it"
                + (files.Count == 0 ? "." : $", but {leftOut.At(folder).DescribeKinds()}.")
                + " Give a folder that holds some, or a shard.")
            {
                Code = PromptKDError.MissingFile,
            };
    }
}
