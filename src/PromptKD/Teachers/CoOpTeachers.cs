using PromptKD.Configuration;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;

namespace PromptKD.Teachers;

/// <summary>What is special about teachers whose words CoOp or CoCoOp learned.</summary>
internal static class CoOpTeachers
{
    private const string PositionKey = "TRAINER.COOP.CLASS_TOKEN_POSITION";

    /// <summary>
    /// Where the class name stands: as the key says by which it was trained, since its checkpoint does not.
    /// </summary>
    public static NamePosition PositionOf(CoOpConfig settings) => settings.ClassTokenPosition switch
    {
        "middle" => NamePosition.Middle,
        "front" => NamePosition.Front,
        _ => NamePosition.End,
    };

    /// <summary>
    /// As the shorter form, of a teacher that may be of any method, where nothing but an answer is made.
    /// </summary>
    /// <param name="given">end, middle or front; null where nothing was said.</param>
    /// <param name="learned">The teacher's prompts; null for plain CLIP.</param>
    /// <exception cref="PromptKDException">It is none of these, or the teacher is not of CoOp.</exception>
    public static NamePosition PositionOf(string? given, PromptedWeights? learned) =>
        (given?.ToLowerInvariant(), learned) switch
        {
            (null, _) => NamePosition.End,
            (_, null) => throw new PromptKDException(
                $"‹class-position› '{given}' is of words that CoOp learned, and the teacher has none. Leave it out."),
            (_, { Method: not "CoOp" }) => throw new PromptKDException(
                $"{learned.Source}: a checkpoint of {learned.Method}, whose class names stand at the end. Leave "
                + "‹class-position› out."),
            ("end", _) => NamePosition.End,
            ("middle", _) => NamePosition.Middle,
            ("front", _) => NamePosition.Front,
            _ => throw new PromptKDException($"‹class-position› is '{given}', expected end, middle or front."),
        };

    /// <summary>As the shorter form, of a teacher that may be of any method.</summary>
    /// <param name="settings">Names the place.</param>
    /// <param name="learned">The teacher's prompts; null for plain CLIP.</param>
    /// <param name="warn">Is told where the key has no effect.</param>
    public static NamePosition PositionOf(CoOpConfig settings, PromptedWeights? learned, Action<string> warn)
    {
        NamePosition position = PositionOf(settings);
        if (position != NamePosition.End && learned is { Method: not "CoOp" })
        {
            warn($"{PositionKey} has no effect: {learned.Source} is of {learned.Method}, not of CoOp.");
        }

        return position;
    }

    /// <summary>Refuses to store features of a teacher of which they are not all.</summary>
    /// <param name="clip">The teacher.</param>
    /// <param name="prompts">Its checkpoint, for the message.</param>
    /// <exception cref="PromptKDException">It encodes the classes anew for each picture.</exception>
    public static void RefuseStoring(FrozenClip clip, string prompts)
    {
        if (clip.IsConditioned)
        {
            throw new PromptKDException(
                $"{prompts}: a teacher of CoCoOp encodes the classes anew for each picture, so that stored features "
                + "are not all of it. Let it look at the pictures in each epoch: without a store, DISTILL.VIEWS 0 "
                + "(distill: ‹recipe› paper).");
        }
    }
}
