namespace PromptKD.Models.Weights.Pickle;

/// <summary>The stack of the pickle machine. Marks on it keep the values of nested containers apart.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> _values = [];
    private readonly Stack<int> _marks = [];

    public void Mark() => _marks.Push(_values.Count);

    public void Push(object? value) => _values.Add(value);

    /// <exception cref="InvalidDataException">There is nothing above the last mark.</exception>
    public object? Peek()
    {
        int floor = _marks.TryPeek(out int mark) ? mark : 0;
        return _values.Count > floor ? _values[^1] : throw new InvalidDataException("the stack is empty.");
    }

    /// <exception cref="InvalidDataException">There is nothing above the last mark.</exception>
    public object? Pop()
    {
        object? value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <exception cref="InvalidDataException">The topmost value is of another type.</exception>
    public T Pop<T>()
        where T : class => Pop() is var value && value is T typed ? typed : throw Unexpected(value);

    /// <returns>The topmost values, the lowest first.</returns>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public object?[] PopMany(int count)
    {
        object?[] values = new object?[count];
        for (int i = count - 1; i >= 0; i--)
        {
            values[i] = Pop();
        }

        return values;
    }

    /// <returns>All values above the last mark, the lowest first. The mark is gone too.</returns>
    /// <exception cref="InvalidDataException">There is no mark.</exception>
    public object?[] PopToMark()
    {
        if (!_marks.TryPop(out int mark))
        {
            throw new InvalidDataException("no mark on the stack.");
        }

        object?[] values = [.. _values[mark..]];
        _values.RemoveRange(mark, values.Length);
        return values;
    }

    /// <summary>What to throw where a value of another type was needed.</summary>
    public static InvalidDataException Unexpected(object? value) =>
        new($"an unexpected {value?.GetType().Name ?? "None"} on the stack.");
}
