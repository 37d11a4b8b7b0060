namespace PromptKD.Models.Weights;

/// <summary>
/// A file of weights that is named by itself, not by its folder. Where the configuration of its format lies beside it,
/// that is read as if the folder had been named.
/// </summary>
internal static class NamedFile
{
    /// <summary>
    /// What is said of the file. Hugging Face's configuration belongs to files under its names for tensors or for the
    /// file; open_clip's to files under its names, and to the only file of weights in the folder. A TorchScript archive
    /// is OpenAI's, whatever lies beside it. Whatever else has OpenAI's names for its tensors is of OpenAI's format.
    /// </summary>
    /// <exception cref="PromptKDException">
    /// The file is missing or damaged, its configuration is malformed or not a CLIP's, it is one part of a model, or
    /// nothing tells whether a configuration is its own.
    /// </exception>
    public static ModelFolder Describe(string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        HuggingFaceFolder.RefusePart(path);
        ICollection<string> names = NamePrefix.TakeOff(path, file.Tensors).Keys;
        if (ParameterNames.AreHuggingFaces(names))
        {
            return HuggingFaceFolder.TryOpenFor(path) ?? Alone(path, "Hugging Face");
        }

        if (ParameterNames.AreOpenClips(names) || OpenClipFolder.Names(path))
        {
            return OpenClipFolder.TryOpenFor(path) ?? Alone(path, "open_clip");
        }

        ModelFolder openAi = Alone(path, "OpenAI") with { IsOpenAi = true };
        return file.IsTorchScript ? openAi
            : HuggingFaceFolder.Claims(path) ? HuggingFaceFolder.TryOpenFor(path)!
            : !OpenClipFolder.HasConfiguration(ModelFolder.Of(path)) ? openAi
            : OpenClipFolder.IsOnlyFile(path) ? OpenClipFolder.TryOpenFor(path)!
            : file.Metadata.ContainsKey(FileDetails.ActivationKey) ? openAi
            : throw new PromptKDException(
                $"{path}: nothing says whether the open_clip_config.json beside it is its own, or that of another file "
                + "there. Put the weights into a folder of their own, with their configuration if they have one.");
    }

    private static ModelFolder Alone(string path, string format) => new() { Format = format, WeightFiles = [path] };
}
