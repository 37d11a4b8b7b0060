using System.Text;

namespace PromptKD.Data.Pictures;

/// <summary>
/// How the folder of a class is spelled where its name has characters that a folder's name can't hold, on this system
/// or on another one: by their percent code, as in addresses. <c>AC/DC supply</c> lies in <c>AC%2FDC supply</c>.
/// </summary>
internal static class FolderName
{
    // What Windows refuses; Linux refuses the slash alone.
    private const string Refused = "<>:\"/\\|?*";

    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];

    /// <summary>The folder's name for a class.</summary>
    public static string Of(string className)
    {
        var name = new StringBuilder(className.Length);
        bool isDevice = IsDevice(className);
        for (int index = 0; index < className.Length; index++)
        {
            char letter = className[index];
            bool isCode = letter == '%' && index + 2 < className.Length
                && char.IsAsciiHexDigit(className[index + 1]) && char.IsAsciiHexDigit(className[index + 2]);
            bool isEnd = index == className.Length - 1 && letter is '.' or ' ';
            bool isStart = index == 0 && (letter == '.' || isDevice);
            _ = letter < ' ' || Refused.Contains(letter, StringComparison.Ordinal) || isCode || isEnd || isStart
                ? name.Append('%')
                    .Append(((int)letter).ToString("X2", System.Globalization.CultureInfo.InvariantCulture))
                : name.Append(letter);
        }

        return name.ToString();
    }

    /// <summary>The class that a folder's name spells; a percent sign without a code stands for itself.</summary>
    public static string Decode(string folder) => Uri.UnescapeDataString(folder);

    // Windows takes a name for a device whatever ending it has: con, aux.txt, COM1.
    private static bool IsDevice(string className)
    {
        string start = className.Split('.')[0].TrimEnd();
        string? device = s_devices.FirstOrDefault(name => start.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return device is not null && (device is "COM" or "LPT"
            ? start.Length == 4 && start[3] is (>= '1' and <= '9') or '¹' or '²' or '³'
            : start.Length == 3);
    }
}
