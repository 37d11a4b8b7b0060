using System.Text.Json.Serialization;

namespace PromptKD.Text;

/// <summary>How the data files of this folder are read.</summary>
[JsonSerializable(typeof(TemplateFile))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class TextJson : JsonSerializerContext;
