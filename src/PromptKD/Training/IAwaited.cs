namespace PromptKD.Training;

/// <summary>What batches need and others are still making, as a store that is filled while a run reads it.</summary>
internal interface IAwaited
{
    /// <summary>Why nobody waits any longer; null while it is worth while.</summary>
    PromptKDException? GivenUp { get; }

    /// <summary>Whether a batch can be learned from.</summary>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <param name="batch">Number of the batch, from 0: all of it, whichever part is this process's.</param>
    bool IsThere(int epoch, int batch);

    /// <summary>Lets a moment go by, and says now and then what is missing.</summary>
    void Rest();
}
