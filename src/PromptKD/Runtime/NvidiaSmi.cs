using System.Diagnostics;
using System.Globalization;

namespace PromptKD.Runtime;

/// <summary>What NVIDIA's driver says of a GPU, by its program: TorchSharp passes nothing of it on.</summary>
internal static class NvidiaSmi
{
    /// <summary>Asks for some properties of one GPU.</summary>
    /// <param name="properties">As <c>nvidia-smi --help-query-gpu</c> names them, with commas between.</param>
    /// <param name="index">The GPU as libtorch counts.</param>
    /// <returns>Their values, numbers without units; empty where the program is missing.</returns>
    public static string Query(string properties, int index)
    {
        string id = IdOf(index, Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"));
        try
        {
            using var program = Process.Start(new ProcessStartInfo(
                "nvidia-smi", ["--query-gpu=" + properties, "--format=csv,noheader,nounits", "--id=" + id])
            {
                RedirectStandardOutput = true,
            });
            string printed = program?.StandardOutput.ReadToEnd() ?? "";
            program?.WaitForExit();
            return printed;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }

    /// <summary>The name of a GPU: libtorch counts the visible ones, nvidia-smi all.</summary>
    /// <remarks>
    /// They count in one order where all cards are of one kind, or CUDA_DEVICE_ORDER is PCI_BUS_ID.
    /// </remarks>
    /// <param name="index">As libtorch counts.</param>
    /// <param name="visible">CUDA_VISIBLE_DEVICES: numbers or UUIDs with commas between, or null.</param>
    internal static string IdOf(int index, string? visible)
    {
        string[] ids = (visible ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return index < ids.Length ? ids[index] : index.ToString(CultureInfo.InvariantCulture);
    }
}
