using System.Globalization;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using PromptKD.Runtime.Remote;

namespace PromptKD.Cloud;

/// <summary>Objects of S3's buckets: s3://BUCKET/KEY.</summary>
/// <param name="client">Asks Amazon, or a server that is compatible.</param>
internal sealed class S3Files(Lazy<IAmazonS3> client) : IRemoteFiles
{
    private const string Beginning = "s3://";

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["s3"];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        (string bucket, string prefix) = PartsOf(folder);
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
        List<string> found = [];
        ListObjectsV2Response page;
        do
        {
            page = await AskAsync(folder, wasRead: false, s3 => s3.ListObjectsV2Async(request, cancellationToken))
                .ConfigureAwait(false);
            found.AddRange((page.S3Objects ?? [])
                .Where(one => !one.Key.EndsWith('/'))
                .Select(one => $"{Beginning}{bucket}/{one.Key}"));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true && page.NextContinuationToken is not null);
        return found;
    }

    /// <inheritdoc/>
    public async Task<RemotePart> OpenAsync(
        string address, long start, long? length, string? version, CancellationToken cancellationToken)
    {
        (string bucket, string key) = PartsOf(address);
        var request = new GetObjectRequest
        {
            BucketName = bucket,
            Key = key,
            ByteRange = new ByteRange(string.Create(
                CultureInfo.InvariantCulture, $"bytes={start}-{start + length - 1}")),
            EtagToMatch = version is { Length: > 0 } ? version : null,
        };
        bool wasRead = request.EtagToMatch is not null;
        GetObjectResponse answer = await AskAsync(
            address, wasRead, s3 => s3.GetObjectAsync(request, cancellationToken)).ConfigureAwait(false);
        if (answer.HttpStatusCode == HttpStatusCode.PartialContent
            && long.TryParse(
                answer.ContentRange?[(answer.ContentRange.IndexOf('/', StringComparison.Ordinal) + 1)..],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long whole))
        {
            return new RemotePart(answer.ResponseStream, whole, answer.ETag ?? "", answer);
        }

        answer.Dispose();
        throw new PromptKDException(
            $"{address}: the server sends whole objects only, no parts of them. Download it, and give its path.");
    }

    private static (string Bucket, string Key) PartsOf(string address)
    {
        string rest = address[Beginning.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? (rest[..slash], rest[(slash + 1)..])
            : throw new PromptKDException($"{address}: expected s3://BUCKET/PATH.");
    }

    private async Task<TResult> AskAsync<TResult>(
        string address, bool wasRead, Func<IAmazonS3, Task<TResult>> ask)
    {
        try
        {
            return await ask(client.Value).ConfigureAwait(false);
        }
        catch (Exception error) when (S3Fault.Of(address, error, wasRead) is { } fault)
        {
            throw fault;
        }
    }
}
