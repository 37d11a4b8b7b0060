namespace PromptKD.Golden;

/// <summary>Runs our code on one kind of golden case and compares the results.</summary>
internal interface IGoldenCheck
{
    /// <summary>The <c>case</c> name in <c>case.json</c> that this check covers.</summary>
    string Kind { get; }

    /// <summary>Whether it covers a kind of case: its own, unless it says otherwise.</summary>
    bool Covers(string kind) => kind == Kind;

    /// <summary>Parts of such a case that the check leaves alone; they are named in the report.</summary>
    IReadOnlyList<string> NotCovered => [];

    /// <summary>Compares everything else that the case expects, one comparison a value.</summary>
    IEnumerable<Comparison> Run(GoldenCase golden);
}
