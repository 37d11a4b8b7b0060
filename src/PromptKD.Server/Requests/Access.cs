namespace PromptKD.Server.Requests;

/// <summary>Who is answered, and whether there is a limit to how many at once.</summary>
internal enum Access
{
    /// <summary>Everybody, always: health, and the page's files.</summary>
    Open,

    /// <summary>Who has a key, always: what costs nothing.</summary>
    Keyed,

    /// <summary>Who has a key, so many at once: what computes.</summary>
    Work,
}
