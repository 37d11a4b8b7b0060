using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using PromptKD.Server;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace PromptKD.Tests.Server;

/// <summary>Which room of the server may know which: those above it.</summary>
public sealed class ServerRoomsTests
{
    private static readonly string[] s_rooms =
        ["Operations", "Batching", "Models", "Requests", "Protocols", "Page", "Import", "Hosting"];

    private static readonly Architecture s_server =
        new ArchLoader().LoadAssemblies(typeof(PromptKDServerOptions).Assembly).Build();

    public static TheoryData<string> Rooms => [.. s_rooms];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_those_above_it(string room)
    {
        string below = string.Join('|', s_rooms.SkipWhile(one => one != room).Skip(1).Append("None"));

        Types().That().ResideInNamespaceMatching($@"^PromptKD\.Server\.{room}($|\.)")
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching($@"^PromptKD\.Server\.({below})($|\.)"))
            .Check(s_server);
    }

    [Fact]
    public void The_table_names_every_room() => Assert.Equal(
        s_rooms.Order(StringComparer.Ordinal),
        typeof(PromptKDServerOptions).Assembly.GetTypes()
            .Select(type => type.Namespace ?? "")
            .Where(name => name.StartsWith("PromptKD.Server.", StringComparison.Ordinal))
            .Select(name => name.Split('.')[2]).Distinct().Order(StringComparer.Ordinal));
}
