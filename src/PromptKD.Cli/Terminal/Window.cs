namespace PromptKD.Cli.Terminal;

/// <summary>The window behind standard error.</summary>
internal static class Window
{
    private const int Usual = 80;

    /// <summary>Whether there is one: else lines go to a file or a pipe, and are written whole.</summary>
    public static bool IsThere { get; } =
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Its columns now: whoever resizes it is followed.</summary>
    public static int Columns
    {
        get
        {
            try
            {
                return Console.WindowWidth is > 0 and int columns ? columns : Usual;
            }
            catch (Exception error) when (error is IOException or PlatformNotSupportedException)
            {
                return Usual;
            }
        }
    }
}
