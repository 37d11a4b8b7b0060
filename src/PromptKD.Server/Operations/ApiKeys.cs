using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using PromptKD.Runtime;

namespace PromptKD.Server.Operations;

/// <summary>Who may ask: whoever sends one of the keys. Without keys, everybody.</summary>
internal sealed class ApiKeys
{
    private const string Bearer = "Bearer ";
    private const int Shortest = 16;

    private static readonly string[] s_headers = ["X-API-Key", "Prediction-Key", "Api-Key"];

    private readonly byte[][] _digests;

    /// <param name="options">Name a file, or have a key.</param>
    /// <exception cref="PromptKDException">The file cannot be read, or a key is too short to be one.</exception>
    public ApiKeys(PromptKDServerOptions options)
    {
        IEnumerable<string> keys = [
            .. options.ApiKeyFile is { Length: > 0 } file
                ? RegularFile.Explain(file, RegularFile.ReadAllText).Split('\n')
                    .Select(line => line.Trim()).Where(line => line.Length > 0)
                : [],
            .. options.ApiKey is { Length: > 0 } key ? [key] : Array.Empty<string>(),
        ];
        string source = options.ApiKeyFile is { Length: > 0 } named ? named : "The API key";
        _digests = [.. keys.Select(key => key.Length >= Shortest
            ? Digest(key)
            : throw new PromptKDException(
                $"{source}: a key of {key.Length} letters is guessed too soon. Take {Shortest} or more."))];
        if (_digests.Length == 0 && options.ApiKeyFile is { Length: > 0 })
        {
            throw new PromptKDException($"{source}: there is no key in it. Write one a line.");
        }
    }

    /// <summary>Whether a request may be answered. Takes as long for a wrong key as for a right one.</summary>
    public bool Lets(HttpRequest request)
    {
        if (_digests.Length == 0)
        {
            return true;
        }

        string? authorization = request.Headers.Authorization;
        string? sent = authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true
            ? authorization[Bearer.Length..].Trim()
            : s_headers.Select(name => (string?)request.Headers[name]).FirstOrDefault(value => value is not null);
        byte[] digest = Digest(sent ?? "");
        bool isOne = false;
        foreach (byte[] one in _digests)
        {
            isOne |= CryptographicOperations.FixedTimeEquals(one, digest);
        }

        return isOne;
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
