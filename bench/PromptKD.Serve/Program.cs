using System.Globalization;
using PromptKD.Serve;

// load ADDRESS PICTURE CLIENTS SECONDS WARM | direct MODEL PICTURE CLIENTS SECONDS WARM lock|shared|gathered
// locked MODEL ADDRESS | malformed ADDRESS COUNT SEED | soak ADDRESS PICTURE SECONDS PID
return args switch
{
    ["load", var address, var picture, var clients, var seconds, var warm] =>
        await Load.OfServer(new Uri(address), picture, new(Number(clients), Number(seconds), Number(warm)))
            .ConfigureAwait(false),
    ["direct", var model, var picture, var clients, var seconds, var warm, var way] =>
        await Load.OfLibrary(model, picture, new(Number(clients), Number(seconds), Number(warm)), way)
            .ConfigureAwait(false),
    ["locked", var model, var address] => await LockedServer.Run(model, address).ConfigureAwait(false),
    ["malformed", var address, var count, var seed] =>
        await Malformed.Send(new Uri(address), Number(count), Number(seed)).ConfigureAwait(false),
    ["soak", var address, var picture, var seconds, var process] =>
        await Soak.Run(new Uri(address), picture, Number(seconds), Number(process)).ConfigureAwait(false),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("See bench/serve.sh, tests/malformed.sh and tests/soak.sh.");
    return 2;
}
