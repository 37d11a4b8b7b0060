using System.Numerics;
using System.Text;
using PromptKD.Models.Weights.Pickle;

namespace PromptKD.Tests.Models.Weights.Pickle;

public sealed class PickleWriterTests
{
    /// <summary>
    /// Values, and what CPython 3.11's pickle.dumps(value, protocol=2) makes of them but for its memo.
    /// </summary>
    public static TheoryData<object?, string> Values => new()
    {
        { null, "80024e2e" },
        { true, "8002882e" },
        { false, "8002892e" },
        { 0, "80024b002e" },
        { 255, "80024bff2e" },
        { 256, "80024d00012e" },
        { 65535, "80024dffff2e" },
        { 65536, "80024a000001002e" },
        { -1, "80024affffffff2e" },
        { 1L << 31, "80028a0500000080002e" },
        { long.MinValue, "80028a0800000000000000802e" },
        { BigInteger.Pow(2, 70), "80028a090000000000000000402e" },
        { 2.5, "80024740040000000000002e" },
        { Array.Empty<object?>(), "8002292e" },
        { new List<object?>(), "80025d2e" },
        { new PickleDictionary(), "80027d2e" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Writes_what_Python_writes(object? value, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Write(value)));

    [Fact]
    public void Writes_texts_and_names_once_and_recalls_them()
    {
        // proto 2, mark-free tuple of ("é", "é"): BINUNICODE, BINPUT 0, BINGET 0, TUPLE2.
        Assert.Equal("80025802000000c3a971006800862e", Convert.ToHexStringLower(Write(new object?[] { "é", "é" })));
    }

    [Fact]
    public void What_is_written_reads_the_same()
    {
        var value = new PickleDictionary
        {
            ["list"] = new List<object?> { 1L, "two", 3.0, null },
            ["tuple"] = new object?[] { true, "two", -70000L, 1L << 40 },
            ["ordered"] = new PickleDictionary { IsOrdered = true, [3L] = "three" },
            ["class"] = new PickleGlobal("torch.optim.sgd", "SGD"),
        };

        var read = Assert.IsType<PickleDictionary>(Read(Write(value)));

        Assert.Equal(value.Keys, read.Keys);
        Assert.Equal((List<object?>)value["list"]!, read.Find<List<object?>>("list")!);
        Assert.Equal((object?[])value["tuple"]!, read.Find<object?[]>("tuple")!);
        Assert.Equal("three", read.Find<PickleDictionary>("ordered")![3L]);
        Assert.Equal(value["class"], read["class"]);
    }

    [Fact]
    public void Instances_keep_class_arguments_items_entries_and_state()
    {
        var instance = new PickleObject(new PickleGlobal("my.module", "Thing"), [7L])
        {
            State = new PickleDictionary { ["rate"] = 0.5 },
            Items = { "item" },
            Entries = { ["key"] = "value" },
        };

        var read = Assert.IsType<PickleObject>(Read(Write(instance)));

        Assert.Equal(instance.Class, read.Class);
        Assert.Equal(7L, Assert.Single(read.Arguments));
        Assert.Equal("item", Assert.Single(read.Items));
        Assert.Equal("value", read.Entries["key"]);
        Assert.Equal(0.5, Assert.IsType<PickleDictionary>(read.State)["rate"]);
    }

    [Fact]
    public void Remembers_more_texts_than_one_byte_counts()
    {
        List<object?> texts = [.. Enumerable.Range(0, 300).Select(number => $"text {number}")];

        var read = Assert.IsType<List<object?>>(Read(Write(new List<object?>([.. texts, .. texts]))));

        Assert.Equal([.. texts, .. texts], read);
    }

    [Fact]
    public void Refuses_a_value_that_contains_itself()
    {
        var endless = new List<object?>();
        endless.Add(endless);

        var error = Assert.Throws<ArgumentException>(() => Write(endless));

        Assert.Contains("Does it contain itself?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_what_a_checkpoint_does_not_hold()
    {
        var error = Assert.Throws<ArgumentException>(() => Write(new StringBuilder()));

        Assert.Contains("StringBuilder", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Write(object? value)
    {
        using var stream = new MemoryStream();
        PickleWriter.Write(stream, value, _ => throw new InvalidOperationException("No tensors here."));
        return stream.ToArray();
    }

    private static object? Read(byte[] pickle)
    {
        using var stream = new MemoryStream(pickle);
        return PickleReader.Read("a.pt", stream, _ => throw new InvalidOperationException("No storages here."));
    }
}
