namespace PromptKD.Serve;

/// <summary>How a load is made.</summary>
/// <param name="Clients">Each asks for one picture after the other.</param>
/// <param name="Seconds">How long is measured.</param>
/// <param name="Warm">
/// Seconds before that, which are not counted: .NET compiles what is called often a second time in the background,
/// which takes a third of two cores for some ten seconds.
/// </param>
internal sealed record Asking(int Clients, int Seconds, int Warm);
