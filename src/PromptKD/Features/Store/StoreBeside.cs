using PromptKD.Data.Decoding;

namespace PromptKD.Features.Store;

/// <summary>
/// A store of another tower that is filled along with a store: of the same pictures and views, decoded once.
/// </summary>
/// <param name="Store">Of as many pictures a shard and as many views.</param>
/// <param name="Shards">Those of it that are missing.</param>
/// <param name="Preparation">How its tower wants pictures to be prepared.</param>
/// <param name="ReadTower">Reads the tower, for the caller to free.</param>
internal sealed record StoreBeside(
    TeacherStore Store, IReadOnlyList<int> Shards, Preprocessing Preparation, Func<IImageFeatures> ReadTower);
