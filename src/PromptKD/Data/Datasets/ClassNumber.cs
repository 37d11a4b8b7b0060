using System.Globalization;

namespace PromptKD.Data.Datasets;

/// <summary>Class numbers of text files.</summary>
internal static class ClassNumber
{
    /// <summary>The label, from 0, of a class that a file counts from 1; null if the text is no such number.</summary>
    public static int? FromOne(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1
            ? number - 1
            : null;
}
