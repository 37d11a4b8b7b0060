using System.Collections;
using System.Reflection;

namespace PromptKD.Runtime;

/// <summary>
/// Finds nulls in records that were read: the serializer looks at properties, but not at what lies in lists.
/// </summary>
internal static class RecordNulls
{
    /// <summary>Whether a record of ours, or one in it, has null where its type says that a value is.</summary>
    public static bool AreIn(object record) =>
        record.GetType() is { IsClass: true, Namespace: { } name } type && name.StartsWith("PromptKD", StringComparison.Ordinal)
        && type.GetProperties()
            .Where(property => property.CanWrite && !property.PropertyType.IsValueType)
            .Any(property => HasNull(property, property.GetValue(record)));

    private static bool HasNull(PropertyInfo property, object? value)
    {
        if (value is null)
        {
            return new NullabilityInfoContext().Create(property).ReadState == NullabilityState.NotNull;
        }

        IEnumerable? items = value is IDictionary pairs ? pairs.Values : value as IEnumerable;
        if (items is null or string)
        {
            return value is not string && AreIn(value);
        }

        bool mayBeNull = new NullabilityInfoContext().Create(property).GenericTypeArguments
            is [.., { ReadState: NullabilityState.Nullable }];
        return items.Cast<object?>().Any(item => item is null ? !mayBeNull : AreIn(item));
    }
}
