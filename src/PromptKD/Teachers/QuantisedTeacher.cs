using PromptKD.Configuration;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>A teacher whose image tower is computed in 8-bit whole numbers.</summary>
internal static class QuantisedTeacher
{
    /// <summary>What a store calls it.</summary>
    public const string PrecisionName = "int8";
}

/// <summary>Makes a tower of a teacher's that computes in whole numbers, and says what that costs.</summary>
/// <param name="clip">The teacher; stays the caller's.</param>
/// <param name="pictures">What it will look at.</param>
/// <param name="classes">The class vectors; null where no classes are known.</param>
/// <param name="config">How pictures are loaded.</param>
/// <param name="context">Where to compute, who watches.</param>
internal delegate LiveFeatures QuantisedTower(
    FrozenClip clip, PictureSet pictures, ClassVectors? classes, ExperimentConfig config, RunContext context);
