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
                $"{prompts}: a teacher of CoCoOp encodes the classes anew for each picture, so that stored features are not all of "
                + "it. Let it look at the pictures in each epoch: without a store, DISTILL.VIEWS 0 (distill: --recipe paper).");
        }
    }
}
