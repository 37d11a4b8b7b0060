namespace PromptKD.Data.Datasets;

/// <summary>How many pictures a data set has where the paper uses it (PromptKD, Table 8).</summary>
/// <param name="Train">Training pictures of all classes.</param>
/// <param name="TestBase">Test pictures of the base classes, the first half.</param>
/// <param name="TestNovel">Test pictures of the novel classes, the rest.</param>
public sealed record DatasetCounts(int Train, int TestBase, int TestNovel);
