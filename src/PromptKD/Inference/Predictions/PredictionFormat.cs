namespace PromptKD.Inference.Predictions;

/// <summary>How answers are written: <c>docs/formats.md</c> has an example of each.</summary>
public enum PredictionFormat
{
    /// <summary>For people: a line a picture, tabs between file, class and percentage; no headings.</summary>
    Text,

    /// <summary>Tab-separated values with headings.</summary>
    Tsv,

    /// <summary>Comma-separated values (RFC 4180) with headings; no cell is a formula of a spreadsheet.</summary>
    Csv,

    /// <summary>One JSON list, an object a picture.</summary>
    Json,

    /// <summary>An object of JSON a picture and line, without a list around them.</summary>
    JsonLines,
}
