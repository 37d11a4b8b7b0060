using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PromptKD.Runtime;

/// <summary>
/// Finds nulls in records that were read: the serializer looks at properties that the text has, but neither at those
/// that it leaves out nor at what lies in lists.
/// </summary>
internal static class RecordNulls
{
    /// <summary>Whether a record of ours, or one in it, has null where its type says that a value is.</summary>
    /// <param name="record">What was read.</param>
    /// <param name="options">With the contracts that it was read by.</param>
    public static bool AreIn(object record, JsonSerializerOptions options) =>
        options.TryGetTypeInfo(record.GetType(), out JsonTypeInfo? contract)
        && contract.Kind == JsonTypeInfoKind.Object
        && contract.Properties.Any(
            property => property.Set is not null && HasNull(property, property.Get!(record), options));

    private static bool HasNull(JsonPropertyInfo property, object? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            return !property.IsGetNullable && !property.PropertyType.IsValueType;
        }

        IEnumerable? items = value is IEqualTable table ? table.Values
            : value is IDictionary pairs ? pairs.Values
            : value as IEnumerable;
        if (items is null or string)
        {
            return value is not string && AreIn(value, options);
        }

        bool mayBeNull = property.AttributeProvider?.IsDefined(typeof(GapsAttribute), inherit: false) ?? false;
        return items.Cast<object?>().Any(item => item is null ? !mayBeNull : AreIn(item, options));
    }
}

/// <summary>The list may hold nulls, each of which says that there is nothing in that place.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class GapsAttribute : Attribute;
