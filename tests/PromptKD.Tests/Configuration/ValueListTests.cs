using PromptKD.Configuration;

namespace PromptKD.Tests.Configuration;

public sealed class ValueListTests
{
    [Fact]
    public void Lists_with_the_same_elements_in_the_same_order_are_equal()
    {
        ValueList<int> list = [1, 2];
        ValueList<int> same = [1, 2];
        ValueList<int> reversed = [2, 1];

        Assert.True(list.Equals(same));
        Assert.Equal(list.GetHashCode(), same.GetHashCode());
        Assert.False(list.Equals(reversed));
        Assert.False(list.Equals(null));
    }

    [Fact]
    public void A_list_does_not_change_with_the_array_that_it_was_made_of()
    {
        int[] items = [1, 2];
        ValueList<int> list = [.. items];

        items[0] = 9;

        Assert.Equal(1, list[0]);
    }

    [Fact]
    public void A_list_shows_itself_as_a_file_writes_it()
    {
        ValueList<double> numbers = [0.08, 1];
        ValueList<string> words = ["a", "say \"b\""];

        Assert.Equal("[0.08, 1.0]", numbers.ToString());
        Assert.Equal("[\"a\", \"say \\\"b\\\"\"]", words.ToString());
    }
}
