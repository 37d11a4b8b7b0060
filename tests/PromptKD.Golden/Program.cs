using PromptKD.Golden;

// Prints, for each golden case below a folder, the largest error as a fraction of its tolerance.
return new GoldenProgram(Console.Out).Run(args.Length > 0 ? args[0] : ProjectFolder.Golden, Console.Error);
