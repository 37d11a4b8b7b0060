using System.Globalization;
using System.Text;

namespace PromptKD.Data.Shards;

/// <summary>The records of a PAX header, which say of the next member what its own header has no room for.</summary>
/// <remarks>
/// POSIX.1-2017, "pax Header File Format": <c>LENGTH KEY=VALUE</c> and a line feed, LENGTH of all of it.
/// </remarks>
internal static class PaxRecords
{
    private const int LongestLength = 20; // Digits of the largest number.

    /// <summary>Adds records to those that are known; a later one wins.</summary>
    /// <exception cref="InvalidDataException">The bytes are no records.</exception>
    public static void Read(ReadOnlySpan<byte> bytes, Dictionary<string, string> records)
    {
        while (!bytes.IsEmpty && bytes[0] != 0)
        {
            int blank = bytes.IndexOf((byte)' ');
            if (blank is < 1 or > LongestLength
                || !int.TryParse(bytes[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= blank + 1
                || length > bytes.Length
                || bytes[length - 1] != (byte)'\n')
            {
                throw new InvalidDataException("a PAX header is damaged");
            }

            ReadOnlySpan<byte> record = bytes[(blank + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals < 1)
            {
                throw new InvalidDataException("a PAX header is damaged");
            }

            records[Encoding.UTF8.GetString(record[..equals])] = Encoding.UTF8.GetString(record[(equals + 1)..]);
            bytes = bytes[length..];
        }
    }
}
