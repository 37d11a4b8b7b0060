using PromptKD;

Console.Error.WriteLine(typeof(PromptKDException));
