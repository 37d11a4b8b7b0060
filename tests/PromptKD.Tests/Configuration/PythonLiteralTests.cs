using System.Text.Json;
using PromptKD.Configuration;

namespace PromptKD.Tests.Configuration;

/// <summary>Expected values are those of Python 3's <c>ast.literal_eval</c>, written as JSON.</summary>
public sealed class PythonLiteralTests
{
    [Theory]
    [InlineData("5", "5")]
    [InlineData(" 5 ", "5")]
    [InlineData("-5", "-5")]
    [InlineData("+5", "5")]
    [InlineData("1_000", "1000")]
    [InlineData("0", "0")]
    [InlineData("00", "0")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("0b101", "5")]
    [InlineData("1e-5", "1e-05")]
    [InlineData("1.", "1.0")]
    [InlineData(".5", "0.5")]
    [InlineData("-1_0.5e+1", "-105.0")]
    [InlineData("0e0", "0.0")]
    [InlineData("True", "true")]
    [InlineData("None", "null")]
    [InlineData("\"it's\"", "\"it's\"")]
    [InlineData(@"'a\tb\'c\x41\u00e9\q'", "\"a\\tb'cA\\u00e9\\\\q\"")]
    [InlineData("()", "[]")]
    [InlineData("[]", "[]")]
    [InlineData("(5)", "5")]
    [InlineData("(5,)", "[5]")]
    [InlineData("[5]", "[5]")]
    [InlineData("5,", "[5]")]
    [InlineData("1, 2", "[1, 2]")]
    [InlineData("( 'a' , [1, (2.5, None)], )", "[\"a\", [1, [2.5, null]]]")]
    public void Reads_what_Python_reads(string text, string json)
    {
        bool isLiteral = PythonLiteral.TryParse(text, out object? value);

        using var expected = JsonDocument.Parse(json);
        Assert.True(isLiteral);
        Assert.Equal(expected.RootElement, JsonSerializer.SerializeToElement(Plain(value)), JsonElement.DeepEquals);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a photo of a")]
    [InlineData("ViT-B/16")]
    [InlineData("true")]
    [InlineData("Truely")]
    [InlineData("007")]
    [InlineData("1__0")]
    [InlineData("1e")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("5 5")]
    [InlineData("5px")]
    [InlineData("--5")]
    [InlineData("inf")]
    [InlineData("(1, 2")]
    [InlineData("1)")]
    [InlineData("[1 2]")]
    [InlineData("[,]")]
    [InlineData("(,)")]
    [InlineData("[1,,2]")]
    [InlineData("[a]")]
    [InlineData("(1]")]
    [InlineData("'open")]
    [InlineData(@"'\x'")]
    [InlineData(@"'\x4'")]
    [InlineData(@"""\u00e""")]
    [InlineData(@"['a', '\u']")]
    [InlineData("cuda:0")]
    [InlineData("./output")]
    public void Anything_else_is_plain_text(string text) => Assert.False(PythonLiteral.TryParse(text, out _));

    [Fact]
    public void Deep_brackets_are_text_and_not_a_crash() =>
        Assert.False(PythonLiteral.TryParse(new string('[', 100_000), out _));

    private static object? Plain(object? value) => value switch
    {
        System.Numerics.BigInteger whole => (long)whole,
        IReadOnlyList<object?> items => items.Select(Plain).ToArray(),
        _ => value,
    };
}
