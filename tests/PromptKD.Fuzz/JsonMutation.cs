using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PromptKD.Fuzz;

/// <summary>Changes JSON: values become others, names are doubled, everything is nested.</summary>
internal static class JsonMutation
{
    // Half a letter can be written as an escape, but not by a writer of JSON.
    private const string LoneSurrogate = "@half@";
    private const int Deep = 30;

    // As our own files are laid out: their digest is found by its place.
    private static readonly JsonSerializerOptions s_lines = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string[] s_values =
    [
        "null", "0", "-1", "1", "2147483647", "2147483648", "9223372036854775807", "1e999", "-1e400", "0.5", "true",
        "\"\"",
        "\"x\"", $"\"{LoneSurrogate}\"", "\"\\u0000\"", "\"../../x\"", "[]", "{}", "[null]", "[-1]", "[0,0]", "[[[1]]]",
        "[4611686018427387904,4]", "{\"\":{}}", "\"0123456789abcdef\"", "100000000", "65536",
    ];

    /// <summary>One change, or a few of the text.</summary>
    public static byte[] Apply(Random random, byte[] whole)
    {
        if (random.Next(4) == 0 || Parse(whole) is not { } root)
        {
            return TextMutation.Apply(random, whole);
        }

        for (int round = random.Next(1, 4); round > 0; round--)
        {
            JsonNode[] holders = [.. Holders(root)];
            JsonNode holder = holders[random.Next(holders.Length)];
            Change(random, holder, holders[random.Next(holders.Length)]);
        }

        string json = whole.Contains((byte)'\n') ? root.ToJsonString(s_lines) + "\n" : root.ToJsonString();
        string text = json.Replace(LoneSurrogate, "\\ud800", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }

    private static JsonNode? Parse(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject or JsonArray ? JsonNode.Parse(json) : null;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonNode> Holders(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject group => group.Select(entry => entry.Value),
            JsonArray array => array,
            _ => [],
        };
        return children.OfType<JsonNode>()
            .Where(child => child is JsonObject or JsonArray)
            .SelectMany(Holders)
            .Prepend(node);
    }

    private static void Change(Random random, JsonNode holder, JsonNode other)
    {
        JsonNode? value = Value(random, other);
        if (holder is JsonArray array)
        {
            int place = random.Next(array.Count + 1);
            if (place < array.Count && random.Next(3) > 0)
            {
                array[place] = value;
            }
            else
            {
                array.Insert(place, value);
            }
        }
        else if (holder is JsonObject { Count: > 0 } group)
        {
            string name = group.ElementAt(random.Next(group.Count)).Key;
            if (random.Next(5) == 0)
            {
                group.Remove(name);
            }
            else
            {
                group[random.Next(8) == 0 ? name + "2" : name] = value;
            }
        }
    }

    private static JsonNode? Value(Random random, JsonNode other) => random.Next(12) switch
    {
        0 => other.DeepClone(),
        1 => new string('x', 1 << random.Next(16)),
        2 when random.Next(20) == 0 => Nested(),
        _ => JsonNode.Parse(s_values[random.Next(s_values.Length)]),
    };

    private static JsonArray Nested()
    {
        JsonArray nested = [];
        for (int depth = 0; depth < Deep; depth++)
        {
            nested = [nested];
        }

        return nested;
    }
}
