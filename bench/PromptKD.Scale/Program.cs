using PromptKD.Scale;

// PromptKD.Scale [MEASURED]: the simulated tables of docs/scale.md; with a file of measured exchanges, those beside
// simulated ones.
switch (args)
{
    case []:
        foreach (string line in (string[])[.. Tables.Learn(), "", .. Tables.Fail(), "", .. Tables.Fill()])
        {
            Console.WriteLine(line);
        }

        return 0;
    case [{ } measured] when File.Exists(measured):
        foreach (string line in Tables.Compare(File.ReadLines(measured)))
        {
            Console.WriteLine(line);
        }

        return 0;
    default:
        Console.Error.WriteLine("Usage: PromptKD.Scale [MEASURED]");
        return 2;
}
