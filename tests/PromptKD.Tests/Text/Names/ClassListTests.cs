using System.Text;
using PromptKD.Text.Names;

namespace PromptKD.Tests.Text.Names;

public sealed class ClassListTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("class\ncat\ndog\n", ":1: 'class' is taken for a class: is it the heading of a column?")]
    [InlineData("cat\nNaN\n", ":2: 'NaN' is what programs write for an empty cell or a mistake: is it a class?")]
    [InlineData("cat\n-\ndog\n", ":2: '-' has no letter and no digit: is it a class?")]
    [InlineData("cat\n\"\ndog\n", ":2: '\"' has no letter and no digit: is it a class?")]
    [InlineData(
        "big%20cat\ndog\n",
        ":1: 'big%20cat' has a percent code, which is taken as it stands: such codes are for the names of folders")]
    public void What_may_be_no_class_is_warned_of(string text, string expected)
    {
        ClassList.Read(Write("c.txt", text), _warnings.Add);

        Assert.EndsWith(expected, Assert.Single(_warnings));
    }

    [Theory]
    [InlineData("c.txt", "cat\ndog\n")]
    [InlineData("c.txt", "\r\n cat \r\n\r\ndog")]
    [InlineData("c.txt", "cat\rdog\r")]
    [InlineData("c.txt", "\uFEFFcat\ndog\n")]
    [InlineData("c.json", "[\"cat\", \"dog\"]")]
    [InlineData("c.txt", "[\n  \"cat\",\n  \"dog\"\n]\n")]
    [InlineData("c.csv", "cat\r\ndog\r\n")]
    [InlineData("c.csv", "\"cat\"\n\n\"dog\"\n")]
    public void Reads_lines_JSON_and_a_column(string file, string text) =>
        Assert.Equal(["cat", "dog"], ClassList.Read(Write(file, Encoding.UTF8.GetBytes(text))));

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-32BE")]
    public void Reads_another_encoding_that_has_its_mark(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes("café\nΩmega\n")];

        Assert.Equal(["café", "Ωmega"], ClassList.Read(Write("c.txt", bytes)));
    }

    [Theory]
    [InlineData("cat, dog")]
    [InlineData("[\"cat\", \"dog\"]")]
    public void Reads_names_that_are_given_themselves(string given) =>
        Assert.Equal(["cat", "dog"], ClassList.Read(given));

    [Fact]
    public void Takes_names_with_slashes_from_a_list_and_from_a_file()
    {
        Assert.Equal(["AC/DC supply", "dog"], ClassList.Read("AC/DC supply,dog"));
        Assert.Equal(["AC/DC supply", "dog"], ClassList.Read(Write("c.txt", "AC/DC supply\ndog")));
    }

    [Fact]
    public void A_JSON_list_and_quotes_of_a_table_are_exact()
    {
        Assert.Equal(
            ["1. FC", "2. FC", "#x", "a;b", "\"q\"", "c, d"],
            ClassList.Read(Write("c.json", """["1. FC", "2. FC", "#x", "a;b", "\"q\"", "c, d"]""")));
        Assert.Equal(
            ["a;b", "c, d", "e \"f\""], ClassList.Read(Write("c.csv", "\"a;b\"\n\"c, d\"\n\"e \"\"f\"\"\"\n")));
    }

    [Fact]
    public void Says_which_line_of_a_table_is_taken_for_its_heading()
    {
        Assert.Equal(["cat", "dog"], ClassList.Read(Write("c.csv", "Class name\ncat\ndog\n"), _warnings.Add));
        Assert.EndsWith(
            ":1: 'Class name' is taken for the column's heading, not for a class", Assert.Single(_warnings));
    }

    [Fact]
    public void Warns_of_separators_that_may_belong_to_names()
    {
        Assert.Equal(2, ClassList.Read(Write("c.txt", "tench, Tinca tinca\ngoldfish\n"), _warnings.Add).Count);
        Assert.Contains("1 of 2 class names have ','", Assert.Single(_warnings));
    }

    [Theory]
    [InlineData("0\n1\n2\n", "all 3 class names are numbers, '0' the first (")]
    [InlineData("x1\nx2\n", "all 2 class names are numbers or codes, 'x1' the first (")]
    [InlineData("Class_01\nclass 2\nLABEL-3\n", "all 3 class names are numbers or codes, 'Class_01' the first (")]
    public void Warns_of_numbers_and_codes_that_are_taken_for_words(string text, string warning)
    {
        Assert.NotEmpty(ClassList.Read(Write("c.txt", text), _warnings.Add));
        Assert.StartsWith(warning, Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Warns_of_codes_in_a_list_that_is_no_file()
    {
        Assert.NotEmpty(ClassList.Read("c0,c1", _warnings.Add));
        Assert.NotEmpty(ClassList.Read("[\"c0\", \"c1\"]", _warnings.Add));
        Assert.NotEmpty(ClassList.Read("c0,cat", _warnings.Add));
        Assert.Equal(2, _warnings.Count);
        Assert.StartsWith("all 2 class names are numbers or codes, 'c0' the first (", _warnings[0]);
        Assert.Contains("(Class name 1 of 2)", _warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_YAML_by_its_name()
    {
        var error = Assert.Throws<PromptKDException>(() => ClassList.Read(Write("data.yml", "0: cat\n1: dog\n")));

        Assert.Contains("data.yml is YAML by its name", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 euro\n2 euro\n")] // nothing else tells them apart
    [InlineData("Boeing 737\nBoeing 747\n")]
    [InlineData("C#\nF#\n")]
    [InlineData("A4\nletter\n")]
    [InlineData("class A\nclass B\n")] // airspace, not labels
    [InlineData("+\n−\n<3\n")]
    [InlineData("A. afarensis\nH. sapiens\n")] // genera, not letters that count
    [InlineData("on/\noff\n")]
    [InlineData("50% off\nx<y\n")]
    [InlineData("cafe\u0301\nनमस्ते\n")]
    [InlineData("CAFÉ’S\nÅngström\n")]
    [InlineData("👨‍👩‍👧\n🏴󠁧󠁢󠁥󠁮󠁧󠁿\n")]
    [InlineData("می‌خواهم\nدو\n")]
    public void Takes_names_that_only_look_odd(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(lines, ClassList.Read(Write("c.txt", text), _warnings.Add));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("cat\n", "one class name, 'cat'")]
    [InlineData("", "no class name")]
    [InlineData("\n \n", "no class name")]
    [InlineData("cat, dog, hen\n", ":1, the only line of its file, has names separated by ','")]
    [InlineData("cat;dog\n", ":1, the only line of its file, has names separated by ';'")]
    [InlineData("cat;a\ndog;b\n", "every line has ';'")]
    [InlineData("cat,\ndog,\n", ":1, 'cat,', ends with a separator")]
    [InlineData("cat\n\"dog\"\n", ":2, '\"dog\"', is in quotes")]
    [InlineData("1. cat\n2. dog\n", ":1, '1. cat', is numbered")]
    [InlineData("0\tcat\n1\tdog\n", "is numbered")]
    [InlineData("1)cat\n2)dog\n", "is numbered")]
    [InlineData("0 cat\n1 dog\n", "is numbered")]
    [InlineData("cat,0\ndog,1\n", "is numbered")]
    [InlineData("n01440764 tench\nn01443537 goldfish\n", ":1, 'n01440764 tench', begins with a code of WordNet")]
    [InlineData("n01440764\nn01443537\n", "begins with a code of WordNet")]
    [InlineData("names:\n  0: cat\n  1: dog\n", ":1, 'names:', ends with a colon, as a key of YAML does")]
    [InlineData("cat\na\tb\n", ":2, 'a\\u0009b', has a tab")]
    [InlineData("# animals\ncat\ndog\n", ":1, '# animals', is a comment")]
    [InlineData("cat\n\n// dog\n", ":3, '// dog', is a comment")]
    [InlineData("cat # small\ndog\n", ":1, 'cat # small', has a comment behind it")]
    [InlineData("cat\n/data/dog\n", ":2, '/data/dog', is a path or an address")]
    [InlineData("cat\nhttps://a.b/dog\n", ":2, 'https://a.b/dog', is a path or an address")]
    [InlineData("cat\nC:\\dog\n", "is a path or an address")]
    [InlineData(
        "A photo of a cat\na blurry photo of a dog\n", ":1, 'A photo of a cat', is a sentence, as all lines are")]
    [InlineData("- cat\n- dog\n", ":1, '- cat', has the mark of a list")]
    [InlineData("– cat\n– dog\n", ":1, '– cat', has the mark of a list")]
    [InlineData("+ cat\n+ dog\n", "has the mark of a list")]
    [InlineData("cat<br>\ndog<br>\n", ":1, 'cat<br>', has a tag of HTML")]
    [InlineData("cat/\ndog/\n", ":1, 'cat/', ends with a slash, as all lines do")]
    [InlineData("a) cat\nb) dog\n", ":1, 'a) cat', is numbered")]
    [InlineData("① cat\n② dog\n", "is numbered")]
    [InlineData("١ قط\n٢ كلب\n", "is numbered")] // Arabic-Indic one and two
    [InlineData("cat (0)\ndog (1)\n", "is numbered")]
    [InlineData("cat\n\u3164\n", ":2, '\u3164', has the character U+3164, which cannot be seen")]
    [InlineData("cat\n\u2800\n", "U+2800")]
    [InlineData("cat\n\u0301\n", ":2 is blank")]
    [InlineData("cat\n\uFE0F\n", ":2 is blank")]
    [InlineData("cat\n\u200D\n", ":2 is blank")]
    [InlineData("a.jpg\nb.JPG\n", "is the name of a picture")]
    [InlineData(
        "a photo of a {}.\na drawing of a {}.\n", ":1, 'a photo of a {}.', has {}, as the sentences of Templates have")]
    [InlineData("cat\n---\ndog\n", ":2, '---', is a line that divides")]
    [InlineData("<html><body>\ncat\ndog\n", "a web page or XML, not a list of class names")]
    [InlineData("\n <?xml version=\"1.0\"?>\n<c>cat</c>\n", "a web page or XML")]
    [InlineData("{\\rtf1\\ansi\ncat\\par\ndog\\par\n}", "a document in RTF")]
    [InlineData("%PDF-1.4\n1 0 obj\n", "a PDF document")]
    [InlineData("cat\ndog\n\ncat\n", ":4 is 'cat' again (")]
    [InlineData("polar_bear\nPolar  bear\n", ":2 is 'Polar  bear', which is 'polar_bear' again")]
    [InlineData("caf\u00E9\ncafe\u0301\n", ":2 is 'cafe\u0301', which is 'café' again")]
    [InlineData("cat\n_\n", ":2 is blank")]
    [InlineData("cat\nd\u0007og\n", "'d\\u0007og', has the character U+0007")]
    [InlineData("cat\nd\u200Bog\n", "U+200B")]
    [InlineData("cat\n\u202Egod\n", "U+202E")]
    [InlineData("cat\ncaf\uFFFD\n", ":2, 'caf\uFFFD', has lost a letter")]
    [InlineData("cat\ncafÃ©\n", "Is 'café' meant?")]
    [InlineData("{\"cat\": 0, \"dog\": 1}", "JSON, but no list")]
    [InlineData("['cat', 'dog']", "begins like JSON, but is not (line 1)")]
    [InlineData("[\"cat\", 3]", "name 2 is '3'")]
    [InlineData("[\"cat\", \"\"]", "name 2 is blank")]
    [InlineData("[\"cat\", \"\\ud800\"]", "half of a character")]
    public void Refuses_what_cannot_be_meant_in_one_line(string text, string expected)
    {
        string file = Write("c.txt", text);

        var error = Assert.Throws<PromptKDException>(() => ClassList.Read(file));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("name;id\ncat;1\n", ":1 has 2 columns: 'name', 'id'")]
    [InlineData("cat\ndog,3\n", ":2 has 2 columns")]
    [InlineData("cat\ndog\t\n", ":2 has 2 columns")]
    [InlineData("cat\n\"dog\nhen\n", "double quotes do not match")]
    [InlineData("1. cat\n2. dog\n", "is numbered")]
    [InlineData("class\ncat\n", "one class name, 'cat'")]
    public void Refuses_a_table_that_is_no_column(string text, string expected)
    {
        var error = Assert.Throws<PromptKDException>(() => ClassList.Read(Write("c.csv", text)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_bytes_that_are_not_UTF_8_and_shows_what_they_may_be()
    {
        byte[] windows = [.. "cat\n"u8, .. "caf"u8, 0xE9, (byte)'\n', .. "dog\n"u8];
        byte[] sixteen = Encoding.Unicode.GetBytes("cat\ndog\n");

        Assert.Contains(":2: the byte 0xE9 is not UTF-8. In Windows-1252 the line is 'café'.", Refusal(windows));
        Assert.Contains("zero bytes, as UTF-16 without its mark", Refusal(sixteen));
        Assert.Contains("begins as utf-16 does, but is not", Refusal([0xFF, 0xFE, 0x00, 0xD8, 0x41, 0x00]));
        Assert.Contains("an Excel workbook, a Word document", Refusal([.. "PK"u8, 3, 4, 20, 0]));
        Assert.Contains("an old Excel workbook", Refusal([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]));
        Assert.Contains("a file compressed by gzip", Refusal([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]));

        string Refusal(byte[] bytes) =>
            Assert.Throws<PromptKDException>(() => ClassList.Read(Write("c.txt", bytes))).Message;
    }

    [Fact]
    public void Refuses_an_endless_name_and_shows_its_beginning()
    {
        string file = Write("c.txt", $"cat\n{new string('x', 5000)}\n");

        string message = Assert.Throws<PromptKDException>(() => ClassList.Read(file)).Message;

        Assert.Contains(":2 has 5000 letters", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 400);
    }

    [Fact]
    public void Says_that_a_file_is_not_there_and_which_one_may_be_meant()
    {
        Write("classes.txt", "cat\ndog\n");
        string mistyped = Path.Combine(_folder, "clases.txt");

        Assert.Equal(
            $"No file of class names at '{mistyped}'. The nearest is '{Path.Combine(_folder, "classes.txt")}'.",
            Refusal(mistyped));
        Assert.StartsWith("No file of class names at 'nowhere.csv'.", Refusal("nowhere.csv"));
        Assert.StartsWith($"'{_folder}' is a folder", Refusal(_folder));
    }

    [Theory]
    [InlineData("cat", "'cat' is one class name, and no file of that name is there")]
    [InlineData("cat;dog", "is separated by ';'. Separate names by commas")]
    [InlineData("cat|dog", "is separated by '|'")]
    [InlineData("cat\ndog", "has line breaks")]
    [InlineData("cat,,dog", "Class name 2 of 3 is blank")]
    [InlineData("cat,dog,", "Class name 3 of 3 is blank")]
    [InlineData("cat,Cat", "Class name 2 of 2 is 'Cat', which is 'cat' again")]
    [InlineData("[\"cat\"]", "is one class name")]
    [InlineData("[cat,dog]", "begins like JSON")]
    [InlineData("", "The list of class names is empty")]
    [InlineData(" \t", "The list of class names is empty")]
    public void Refuses_words_that_are_no_list(string given, string expected) =>
        Assert.Contains(expected, Refusal(given), StringComparison.Ordinal);

    private static string Refusal(string given) =>
        Assert.Throws<PromptKDException>(() => ClassList.Read(given)).Message;

    private string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
