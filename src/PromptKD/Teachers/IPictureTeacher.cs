using PromptKD.Data.Decoding;

namespace PromptKD.Teachers;

/// <summary>
/// A teacher of one's own: a classifier that is no CLIP, a service, an ensemble. It says what it sees in pictures; the
/// student learns to say the same. It gives scores of the classes, or features that are compared with <see
/// cref="ClassVectors"/>.
/// </summary>
/// <remarks>
/// It is frozen: equal pixels must get equal answers, else no run can be repeated. One thread asks at a time. The run
/// does not dispose it. An exception of its own ends the run as it is.
/// </remarks>
public interface IPictureTeacher
{
    /// <summary>
    /// What it is called in configurations, messages and reports, which have <c>own:NAME</c> where a model's path would
    /// stand: letters, digits, '-', '_' and '.'. It shows in what a run publishes: no secret.
    /// </summary>
    string Name { get; }

    /// <summary>
    /// Another text whenever its answers are others, as a digest of its weights is. A run goes on, and stored answers
    /// are taken, only while it is the same.
    /// </summary>
    string Version { get; }

    /// <summary>Names of the classes, at least two, each another, in the order of the scores.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>
    /// How its pictures are prepared. <see cref="Preprocessing.Upright"/> and <see cref="Preprocessing.Scale16Bit"/>
    /// are those of the run, so that all see the same pixels.
    /// </summary>
    Preprocessing Preparation { get; }

    /// <summary>
    /// For a teacher that gives features: the vector of each class in the space of the features, all of one width, of
    /// any length but 0; they become the student's. Null for one that gives scores.
    /// </summary>
    IReadOnlyList<float[]>? ClassVectors => null;

    /// <summary>
    /// What cosines of features and class vectors are multiplied by to make scores, above 0. CLIPs have 100.
    /// </summary>
    double LogitScale => 100;

    /// <summary>Looks at pictures.</summary>
    /// <param name="pixels">
    /// Normalised values as <see cref="Preparation"/> says, [count, 3, size, size]: red, green, blue, each row by row
    /// from the top.
    /// </param>
    /// <param name="count">How many pictures.</param>
    /// <param name="cancellationToken">Is cancelled where the run is to stop.</param>
    /// <returns>
    /// Picture by picture, finite: scores before a softmax, [count, classes]; or, with <see cref="ClassVectors"/>,
    /// features of any length, [count, width]. Probabilities are given as their natural logarithms.
    /// </returns>
    float[] Ask(ReadOnlyMemory<float> pixels, int count, CancellationToken cancellationToken);
}
