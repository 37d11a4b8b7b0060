using System.Text;
using PromptKD.Models.Weights.Pickle;

namespace PromptKD.Tests.Models.Weights.Pickle;

/// <summary>
/// Small programs in the pickle language that ask for much. Letters are instructions (pickletools.py): ( mark, t tuple,
/// ] list, } dictionary, e appends, s sets an item, q/h to and from the memo, 2 doubles, \x81 an instance, Q a
/// reference.
/// </summary>
public sealed class PickleBudgetTests
{
    /// <summary>Beginnings, what is repeated after them, and how often.</summary>
    public static TheoryData<string, string, int> Programs => new()
    {
        { "(", "}", 4_000_000 },
        { "(", "]", 4_000_000 },
        { "", "(", 8_000_000 },
        { "N", "2", 8_000_000 },
        { "N", "\u0094", 8_000_000 },
        { "ca\nb\nq\0", "h\0)\u0081", 2_000_000 },
        { "ca\nb\nq\0" + Tuple(100_000) + "q\u0001", "h\0h\u0001}\u0092", 100_000 },
        { "ccopyreg\n_reconstructor\nq\0(ca\nb\n" + new string('N', 100_000) + "tq\u0001", "h\0h\u0001R", 100_000 },
        { "c" + new string('a', 1_000_000) + "\nb\nq\0", "h\0)\u0081", 1_000_000 },
        { "V" + new string('a', 1_000_000) + "\nq\0}", "h\0Ns", 1_000_000 },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void Ends_what_takes_more_than_a_checkpoint_does(string start, string repeated, int times)
    {
        var program = new StringBuilder(start).Insert(start.Length, repeated, times).Append('.');
        using var stream = new MemoryStream(Encoding.Latin1.GetBytes(program.ToString()));

        var error = Assert.Throws<PromptKDException>(() => PickleReader.Read("a.pt", stream, _ => null));

        Assert.StartsWith("a.pt: not a PyTorch checkpoint", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_not_slowed_down_by_numbers_that_dot_net_hashes_alike()
    {
        // The halves of these 50,000 keys cancel each other out in Int64.GetHashCode.
        var program = new MemoryStream();
        program.WriteByte((byte)'}');
        for (int key = 1; key <= 50_000; key++)
        {
            program.Write([0x8a, 8]);
            program.Write(BitConverter.GetBytes(((long)key << 32) | (uint)key));
            program.Write("Ns"u8);
        }

        program.WriteByte((byte)'.');
        program.Position = 0;

        Assert.Equal(50_000, Assert.IsType<PickleDictionary>(PickleReader.Read("a.pt", program, _ => null)).Count);
    }

    private static string Tuple(int length) => "(" + new string('N', length) + "t";
}
