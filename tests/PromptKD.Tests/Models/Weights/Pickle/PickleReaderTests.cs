using System.Numerics;
using System.Text;
using PromptKD.Models.Weights.Pickle;

namespace PromptKD.Tests.Models.Weights.Pickle;

public sealed class PickleReaderTests
{
    /// <summary>
    /// What CPython 3.11's pickle.dumps makes of a dictionary with a list of integers up to 2**70, a tuple, bytes
    /// under the key 3, and the same list again, in each protocol.
    /// </summary>
    public static TheoryData<string> PythonPickles =>
    [
        "286470300a56610a70310a286c70320a49310a61492d320a61493330300a614937303030300a614c31313830353931363230"
            + "3731373431313330333432344c0a614c2d393232333337323033363835343737353830384c0a617356620a70330a28493031"
            + "0a4e46322e350a56e90a70340a7470350a7356630a70360a286470370a49330a635f636f646563730a656e636f64650a7038"
            + "0a28565c7530303030ff0a70390a566c6174696e310a7031300a747031310a527031320a737356640a7031330a67320a732e",
        "7d71002858010000006171015d7102284b014afeffffff4d2c014a701101004c313138303539313632303731373431313330"
            + "333432344c0a4c2d393232333337323033363835343737353830384c0a655801000000627103284930310a4e474004000000"
            + "0000005802000000c3a9710474710558010000006371067d71074b03635f636f646563730a656e636f64650a710828580300"
            + "000000c3bf710958060000006c6174696e31710a74710b52710c73580100000064710d6802752e",
        "80027d71002858010000006171015d7102284b014afeffffff4d2c014a701101008a090000000000000000408a0800000000"
            + "0000008065580100000062710328884e4740040000000000005802000000c3a9710474710558010000006371067d71074b03"
            + "635f636f646563730a656e636f64650a7108580300000000c3bf710958060000006c6174696e31710a86710b52710c735801"
            + "00000064710d6802752e",
        "80037d71002858010000006171015d7102284b014afeffffff4d2c014a701101008a090000000000000000408a0800000000"
            + "0000008065580100000062710328884e4740040000000000005802000000c3a9710474710558010000006371067d71074b03"
            + "430200ff71087358010000006471096802752e",
        "8004955c000000000000007d94288c0161945d94284b014afeffffff4d2c014a701101008a090000000000000000408a0800"
            + "00000000000080658c01629428884e4740040000000000008c02c3a99474948c0163947d944b03430200ff94738c01649468"
            + "02752e",
        "8005955c000000000000007d94288c0161945d94284b014afeffffff4d2c014a701101008a090000000000000000408a0800"
            + "00000000000080658c01629428884e4740040000000000008c02c3a99474948c0163947d944b03430200ff94738c01649468"
            + "02752e",
    ];

    /// <summary>Programs in the pickle language that would run posix.system, by each way the language has.</summary>
    public static TheoryData<string> Attacks =>
    [
        "cposix\nsystem\n(S'id'\ntR.",
        "\u0080\u0004\u008c\u0005posix\u008c\u0006system\u0093\u008c\u0002id\u0085R.",
        "(S'id'\niposix\nsystem\n.",
        "(cposix\nsystem\nS'id'\no.",
        "cposix\nsystem\n(S'id'\nt\u0081.",
        "cposix\nsystem\n(S'id'\nt}\u0092.",
        "ctorch._tensor\n_rebuild_from_type_v2\n(cposix\nsystem\nN(S'id'\ntNtR.",
    ];

    [Theory]
    [MemberData(nameof(PythonPickles))]
    public void Reads_every_protocol_that_Python_writes(string hex)
    {
        var dictionary = Assert.IsType<PickleDictionary>(Read(Convert.FromHexString(hex)));

        object?[] integers = [1L, -2L, 300L, 70000L, BigInteger.Pow(2, 70), long.MinValue];
        object?[] tuple = [true, null, 2.5, "é"];
        Assert.Equal(["a", "b", "c", "d"], dictionary.Keys);
        Assert.Equal(integers, dictionary.Find<List<object?>>("a")!);
        Assert.Equal(tuple, dictionary.Find<object?[]>("b")!);
        Assert.Equal([0x00, 0xff], dictionary.Find<PickleDictionary>("c")!.Find<byte[]>(3L)!);
        Assert.Same(dictionary["a"], dictionary["d"]);
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Refuses_to_run_code_however_the_pickle_asks(string pickle)
    {
        var error = Assert.Throws<PromptKDException>(() => Read(pickle));

        Assert.StartsWith(
            "a.pt: the pickle asks to run posix.system; refused, nothing was executed.",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cbuiltins\neval\n(S'1'\ntR.", "builtins.eval")]
    [InlineData("c__builtin__\nexec\n(S'1'\ntR.", "__builtin__.exec")]
    [InlineData("cbuiltins\ngetattr\n(cnumpy\ndtype\nS'__init__'\ntR(tR.", "builtins.getattr")]
    [InlineData("ctorch.storage\n_load_from_bytes\n(C\u0001xtR.", "torch.storage._load_from_bytes")]
    [InlineData("cnumpy.core.multiarray\nfromstring\n(S'x'\ntR.", "numpy.core.multiarray.fromstring")]
    public void Refuses_every_callable_that_is_not_on_its_list(string pickle, string callable)
    {
        var error = Assert.Throws<PromptKDException>(() => Read(pickle));

        Assert.Contains($"asks to run {callable};", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_instances_of_unknown_classes_as_inert_data()
    {
        var instance = Assert.IsType<PickleObject>(Read("ctorch.optim.sgd\nSGD\n)\u0081}S'lr'\nF0.5\nsb."));

        Assert.Equal(new PickleGlobal("torch.optim.sgd", "SGD"), instance.Class);
        Assert.Equal(0.5, Assert.IsType<PickleDictionary>(instance.State)["lr"]);
    }

    [Fact]
    public void Keeps_instances_of_the_oldest_protocol_as_inert_data()
    {
        var instance = Assert.IsType<PickleObject>(
            Read("ccopy_reg\n_reconstructor\n(cmy.module\nThing\nc__builtin__\nobject\nNtR(dS'x'\nI7\nsb."));

        Assert.Equal("my.module.Thing", instance.Class.ToString());
        Assert.Equal(7L, Assert.IsType<PickleDictionary>(instance.State)["x"]);
    }

    [Fact]
    public void Reads_numbers_of_numpy()
    {
        // 81.25 is 0x4054500000000000; numpy pickles its eight bytes, lowest first, as Latin-1 text.
        object? value = Read(
            "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'f8'\nI0\nI1\ntRc_codecs\nencode\n"
            + "(V\\u0000\\u0000\\u0000\\u0000\\u0000PT@\nS'latin1'\ntRtR.");

        Assert.Equal(81.25, value);
    }

    [Theory]
    [InlineData("X\u00ff\u00ff\u00ff\u007f", "2147483647 bytes")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "18446744073709551615 bytes")]
    [InlineData("(.", "stack is empty")]
    [InlineData("t.", "no mark")]
    [InlineData("h\u0005.", "stored under 5")]
    [InlineData("\u0082\u0001.", "0x82")]
    [InlineData("]K\u0001K\u0002s.", "on the stack")]
    public void Refuses_what_no_program_would_write(string pickle, string reason)
    {
        var error = Assert.Throws<PromptKDException>(() => Read(pickle));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static object? Read(string pickle) => Read(Encoding.Latin1.GetBytes(pickle));

    private static object? Read(byte[] pickle) => PickleReader.Read(
        "a.pt", new MemoryStream(pickle), _ => throw new InvalidDataException("no storages here."));
}
