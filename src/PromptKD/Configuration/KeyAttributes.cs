using System.Globalization;

namespace PromptKD.Configuration;

/// <summary>Gives a setting a key that the naming convention (KdWeight is KD_WEIGHT) does not yield.</summary>
/// <param name="key">The last part of the key, as Dassl's programs spell it.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SpelledAttribute(string key) : Attribute
{
    public string Key { get; } = key;
}

/// <summary>Marks a key of ours: Dassl's Python programs do not know it and would refuse it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OwnKeyAttribute : Attribute;

/// <summary>Restricts the values of a setting further than its type does.</summary>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
internal abstract class ValueRuleAttribute : Attribute
{
    /// <summary>Completes the sentence "KEY must be …".</summary>
    public abstract string Expected { get; }

    /// <summary>Whether a value of the setting's type obeys the rule.</summary>
    public abstract bool Accepts(object value);
}

/// <summary>The setting is one of a few words.</summary>
/// <param name="choices">All words allowed, in lower case.</param>
internal sealed class OneOfAttribute(params string[] choices) : ValueRuleAttribute
{
    public IReadOnlyList<string> Choices { get; } = choices;

    public override string Expected => $"one of {string.Join(", ", Choices)}";

    public override bool Accepts(object value) => Choices.Contains((string)value);
}

/// <summary>The number, or every number of the list, is at least this large.</summary>
/// <param name="minimum">The smallest number allowed.</param>
internal sealed class AtLeastAttribute(double minimum) : ValueRuleAttribute
{
    public double Minimum { get; } = minimum;

    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"at least {Minimum}");

    public override bool Accepts(object value) => ConfigValue.NumbersOf(value).All(number => number >= Minimum);
}

/// <summary>The number, or every number of the list, is at most this large.</summary>
/// <param name="maximum">The largest number allowed.</param>
internal sealed class AtMostAttribute(double maximum) : ValueRuleAttribute
{
    public double Maximum { get; } = maximum;

    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"at most {Maximum}");

    public override bool Accepts(object value) => ConfigValue.NumbersOf(value).All(number => number <= Maximum);
}

/// <summary>The number, or every number of the list, is above zero.</summary>
internal sealed class PositiveAttribute : ValueRuleAttribute
{
    public override string Expected => "greater than 0";

    public override bool Accepts(object value) => ConfigValue.NumbersOf(value).All(number => number > 0);
}

/// <summary>The setting lists prompt templates, each with a place for the class name.</summary>
internal sealed class TemplatesAttribute : ValueRuleAttribute
{
    /// <summary>Stands for the class name.</summary>
    public const string ClassName = "{}";

    public override string Expected => $"one or more texts that contain {ClassName}";

    public override bool Accepts(object value) =>
        value is ValueList<string> { Count: > 0 } templates
        && templates.All(template => template.Contains(ClassName, StringComparison.Ordinal));
}

/// <summary>The setting names a device: auto, cpu, cuda, or cuda:N with N counted from 0.</summary>
internal sealed class DeviceNameAttribute : ValueRuleAttribute
{
    private const string NumberedPrefix = "cuda:";

    public override string Expected => "auto, cpu, cuda, or cuda:N";

    public override bool Accepts(object value) =>
        value is "auto" or "cpu" or "cuda"
        || (value is string name
            && name.StartsWith(NumberedPrefix, StringComparison.Ordinal)
            && name.Length > NumberedPrefix.Length
            && name[NumberedPrefix.Length..].All(char.IsAsciiDigit));
}
