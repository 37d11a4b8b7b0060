using System.Text.Json.Serialization;

namespace PromptKD.Reporting;

/// <summary>How a table of the paper was measured.</summary>
public enum Protocol
{
    /// <summary>Table 1: the first half of the classes and the rest, each among themselves.</summary>
    [JsonStringEnumMemberName("base2new")]
    BaseToNovel,

    /// <summary>Table 2: one accuracy among all classes of a data set.</summary>
    [JsonStringEnumMemberName("cross")]
    CrossDataset,

    /// <summary>Table 9: as <see cref="CrossDataset"/>, on other pictures of ImageNet's classes.</summary>
    [JsonStringEnumMemberName("dg")]
    DomainGeneralisation,

    /// <summary>
    /// Few labelled pictures of all classes of a data set, one accuracy among them: CoOp's first protocol. PromptKD's
    /// paper has no such table.
    /// </summary>
    [JsonStringEnumMemberName("few-shot")]
    FewShot,
}
