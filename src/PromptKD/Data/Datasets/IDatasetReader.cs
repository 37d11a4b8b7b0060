namespace PromptKD.Data.Datasets;

/// <summary>Reads the lists of one kind of data set.</summary>
internal interface IDatasetReader
{
    /// <summary>Files and folders that are read, below the data set's folder, beside the pictures.</summary>
    IReadOnlyList<string> Sources { get; }

    /// <summary>Where the class names come from, in words.</summary>
    string ClassNames { get; }

    /// <summary>Reads all pictures with their labels. Pictures themselves are not opened, nor looked for.</summary>
    /// <param name="folder">Where the data set lies.</param>
    /// <param name="random">Divides the pictures where no file does.</param>
    /// <exception cref="PromptKDException">A file or folder is missing, or says nothing that can be used.</exception>
    DatasetSplit Read(DatasetFolder folder, PythonRandom random);
}
