using System.Numerics;

namespace PromptKD.Models.Weights.Pickle;

/// <summary>
/// What the values of one pickle take, in bytes of memory, roughly: a few bytes of a pickle can ask for a large value
/// again and again, and whatever is made of it costs memory and time.
/// </summary>
/// <param name="limit">Bytes in all.</param>
internal sealed class PickleBudget(long limit)
{
    /// <summary>A reference on the stack, in a list or in a tuple.</summary>
    public const int Reference = 16;

    /// <summary>A list, a dictionary or an instance, empty; also an entry of a dictionary.</summary>
    public const int Object = 160;

    private long _spent;

    /// <exception cref="InvalidDataException">There is not as much left.</exception>
    public void Spend(long bytes)
    {
        _spent += bytes;
        if (_spent > limit)
        {
            throw new InvalidDataException($"its values take more than {limit >> 20} MB of memory.");
        }
    }

    /// <summary>
    /// What a value takes that was just made, and its place on the stack. Texts paid when they were read.
    /// </summary>
    public static int CostOfNew(object? value) => value switch
    {
        null or bool or string or byte[] => Reference,
        long or double or BigInteger or object?[] => 3 * Reference,
        _ => Object,
    };

    /// <summary>What it takes to copy, hash or print a value once.</summary>
    public static long CostOf(object? value) => value switch
    {
        string text => sizeof(char) * (long)text.Length,
        byte[] bytes => bytes.Length,
        object?[] tuple => Reference * (long)tuple.Length,
        BigInteger number => number.GetByteCount(),
        PickleGlobal global => sizeof(char) * ((long)global.Module.Length + global.Name.Length),
        _ => 0,
    };
}
