using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace PromptKD.Runtime;

/// <summary>Turns libtorch's pages about memory that is missing into one line that says what to lower.</summary>
internal static partial class OutOfMemory
{
    private const double Gibibyte = 1L << 30;

    // Of the processor's allocator (Linux, Windows), of CUDA's, and of the libraries on top of CUDA.
    private static readonly string[] s_signs =
        ["can't allocate memory", "not enough memory", "out of memory", "_STATUS_ALLOC_FAILED"];

    /// <summary>Does some work.</summary>
    /// <param name="work">What may need too much memory.</param>
    /// <param name="advice">A sentence: what to lower.</param>
    /// <exception cref="PromptKDException">There is not enough memory. Any other exception passes.</exception>
    public static T Explain<T>(Func<T> work, string advice)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (Is(error))
        {
            throw new PromptKDException($"{Describe(error.Message)} {advice}", error);
        }
    }

    /// <summary>Whether an exception says that memory is missing.</summary>
    public static bool Is(Exception error) =>
        error is OutOfMemoryException || (error is ExternalException && Says(error.Message));

    /// <summary>Whether a message of libtorch says so.</summary>
    internal static bool Says(string message) =>
        s_signs.Any(sign => FirstLine(message).Contains(sign, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a message of libtorch says, in one sentence.</summary>
    internal static string Describe(string message)
    {
        string line = FirstLine(message);
        bool onGpu = line.Contains("CUDA", StringComparison.OrdinalIgnoreCase)
            || line.Contains("CUBLAS", StringComparison.Ordinal);
        string beginning = onGpu ? "The GPU is out of memory" : "Out of memory";
        Match asked = Asked().Match(line);
        return !asked.Success
            ? $"{beginning}."
            : $"{beginning}: {SizeOf(asked.Groups["number"].Value, asked.Groups["unit"].Value)} more cannot be had.";
    }

    private static string SizeOf(string number, string unit) => unit == "bytes"
        ? string.Create(
            CultureInfo.InvariantCulture, $"{double.Parse(number, CultureInfo.InvariantCulture) / Gibibyte:0.00} GiB")
        : $"{number} {unit}";

    // Behind the first line come the frames of libtorch's stack.
    private static string FirstLine(string message) => message.Split('\n')[0];

    [GeneratedRegex(@"tried to allocate (?<number>\d+(\.\d+)?) (?<unit>bytes|KiB|MiB|GiB)", RegexOptions.IgnoreCase)]
    private static partial Regex Asked();
}
