using PromptKD.Runtime.Remote;

namespace PromptKD.Cli.Commands;

/// <summary>Takes the signatures off addresses before anything can show them.</summary>
internal static class SignedAddresses
{
    /// <summary>The arguments without what stands behind '?' in an address; it is kept for reading.</summary>
    /// <exception cref="PromptKDException">An address has a name and a password in it.</exception>
    public static string[] Hide(string[] arguments) => arguments is ["serve", ..]
        ? arguments // Its addresses are of no pictures.
        : [.. arguments.Select(Hide)];

    private static string Hide(string argument)
    {
        int value = argument.StartsWith("--", StringComparison.Ordinal)
            ? argument.IndexOf('=', StringComparison.Ordinal) + 1
            : 0;
        return argument[..value] + RemoteFiles.WithoutQuery(argument[value..]);
    }
}
