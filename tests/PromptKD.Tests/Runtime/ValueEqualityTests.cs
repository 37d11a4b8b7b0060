using System.Reflection;
using System.Runtime.CompilerServices;
using PromptKD.Cloud;
using PromptKD.Export.Onnx;
using PromptKD.Extensions.AI;
using PromptKD.Runtime;
using PromptKD.Server;

namespace PromptKD.Tests.Runtime;

/// <summary>Records compare by value, those that hold lists and tables, too.</summary>
public sealed class ValueEqualityTests
{
    // One public type of each assembly that is a package.
    private static readonly Type[] s_assemblies =
    [
        typeof(PromptKDException), typeof(OnnxDescription), typeof(Experiment), typeof(PromptKDOptions),
        typeof(PromptKDServerOptions), typeof(CloudStorage),
    ];

    [Fact]
    public void Lists_of_the_same_entries_in_the_same_order_are_equal()
    {
        IReadOnlyList<string> list = ValueEquality.Of<string>(["a", "b"]);

        Assert.True(list.Equals(ValueEquality.Of<string>(new List<string> { "a", "b" })));
        Assert.Equal(list.GetHashCode(), ValueEquality.Of<string>(new List<string> { "a", "b" }).GetHashCode());
        Assert.False(list.Equals(ValueEquality.Of<string>(["b", "a"])));
        Assert.False(list.Equals(ValueEquality.Of<string>(["a"])));
        Assert.Equal(["a", "b"], list);
        Assert.Equal(("b", 2), (list[1], list.Count));
    }

    [Fact]
    public void Tables_of_the_same_entries_are_equal_in_any_order()
    {
        IReadOnlyDictionary<string, int> table = Table(("a", 1), ("b", 2));

        Assert.True(table.Equals(Table(("b", 2), ("a", 1))));
        Assert.Equal(table.GetHashCode(), Table(("b", 2), ("a", 1)).GetHashCode());
        Assert.False(table.Equals(Table(("a", 1), ("b", 3))));
        Assert.False(table.Equals(Table(("a", 1), ("c", 2))));
        Assert.False(table.Equals(Table(("a", 1))));
        Assert.Equal(2, table["b"]);

        static IReadOnlyDictionary<string, int> Table(params (string Key, int Value)[] entries) =>
            ValueEquality.Of<string, int>(entries.ToDictionary(entry => entry.Key, entry => entry.Value));
    }

    [Fact]
    public void Rows_of_the_same_entries_are_equal()
    {
        Assert.True(ValueEquality.OfRows<int>([[1, 2], [3]]).Equals(ValueEquality.OfRows<int>([[1, 2], [3]])));
        Assert.False(ValueEquality.OfRows<int>([[1, 2], [3]]).Equals(ValueEquality.OfRows<int>([[1], [2, 3]])));
    }

    [Fact]
    public void Nothing_stays_nothing()
    {
        Assert.Null(ValueEquality.Of((IReadOnlyList<string>?)null));
        Assert.Null(ValueEquality.OfRows((IReadOnlyList<IReadOnlyList<string>>?)null));
        Assert.Null(ValueEquality.Of((IReadOnlyDictionary<string, string>?)null));
    }

    [Fact]
    public void Public_records_of_the_same_entries_are_equal()
    {
        Type[] records =
        [
            .. s_assemblies.SelectMany(type => type.Assembly.GetExportedTypes())
                .Where(type => type.GetMethod("<Clone>$") is not null && !type.IsAbstract),
        ];

        Assert.True(records.Length > 100, $"{records.Length} records");
        Assert.Empty(records.Where(record => !MakeOne(record).Equals(MakeOne(record))).Select(record => record.Name));
    }

    // With empty collections of its own in each property that holds one.
    private static object MakeOne(Type record)
    {
        object one = RuntimeHelpers.GetUninitializedObject(record);
        foreach (PropertyInfo property in record.GetProperties().Where(property => property.SetMethod is not null))
        {
            if (EmptyOf(property.PropertyType) is { } empty)
            {
                property.SetValue(one, empty);
            }
        }

        return one;
    }

    private static object? EmptyOf(Type type)
    {
        if (type.IsArray)
        {
            return Array.CreateInstance(type.GetElementType()!, 0);
        }

        Type[] arguments = type.GenericTypeArguments;
        Type? made = arguments.Length switch
        {
            1 => typeof(List<>).MakeGenericType(arguments),
            2 when arguments[0] == typeof(string) => typeof(Dictionary<,>).MakeGenericType(arguments),
            _ => null,
        };
        return type.IsInterface && type.IsAssignableFrom(made) ? Activator.CreateInstance(made!) : null;
    }
}
