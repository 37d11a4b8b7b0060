namespace PromptKD.Data.Datasets;

/// <summary>
/// Where the first draw of some pictures a class is kept, so that every later run of the same seed has them.
/// </summary>
internal interface IKeptShots
{
    /// <summary>What was drawn before.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="whole">All pictures of the data set.</param>
    /// <param name="shots">Training pictures of each class.</param>
    /// <param name="seed">Of the draw.</param>
    /// <returns>Null where nothing was.</returns>
    /// <exception cref="PromptKDException">
    /// What is kept is damaged, or of pictures that the data set does not have.
    /// </exception>
    DatasetSplit? Find(DatasetFolder folder, DatasetSplit whole, int shots, int seed);

    /// <summary>Keeps what was drawn.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="drawn">The pictures.</param>
    /// <param name="shots">Training pictures of each class.</param>
    /// <param name="seed">Of the draw.</param>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    void Keep(DatasetFolder folder, DatasetSplit drawn, int shots, int seed);
}
