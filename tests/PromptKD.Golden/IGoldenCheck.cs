namespace PromptKD.Golden;

/// <summary>Runs our code on one kind of golden case and compares the results.</summary>
internal interface IGoldenCheck
{
    /// <summary>The <c>case</c> name in <c>case.json</c> that this check covers.</summary>
    string Kind { get; }

    /// <summary>Compares everything that the case expects, one comparison a value.</summary>
    IEnumerable<Comparison> Run(GoldenCase golden);
}
