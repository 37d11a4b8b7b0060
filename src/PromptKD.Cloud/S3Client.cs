using Amazon.S3;

namespace PromptKD.Cloud;

/// <summary>Makes the client of this process from the environment.</summary>
internal static class S3Client
{
    /// <summary>A client as the environment describes it.</summary>
    /// <exception cref="PromptKDException">The server in it is no web address.</exception>
    public static IAmazonS3 Create()
    {
        var config = new AmazonS3Config
        {
            // The library waits and asks again itself, from the byte on that did not come.
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        string? region = Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION");
        if (Endpoint() is { } endpoint)
        {
            bool isWeb = Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) && (uri.Scheme is "http" or "https");
            config.ServiceURL = isWeb
                ? endpoint
                : throw new PromptKDException(
                    $"AWS_ENDPOINT_URL is '{endpoint}', expected a web address such as http://localhost:9000.");
            config.AuthenticationRegion = region ?? "us-east-1";

            // Compatible servers have no host name for each bucket.
            config.ForcePathStyle = true;
        }
        else if (region is not null)
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        }

        return new AmazonS3Client(config);
    }

    /// <summary>The server in place of Amazon's; null for none.</summary>
    public static string? Endpoint() => Variable("AWS_ENDPOINT_URL_S3") ?? Variable("AWS_ENDPOINT_URL");

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
