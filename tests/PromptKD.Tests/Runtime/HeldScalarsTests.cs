using Mono.Cecil;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

/// <summary>Runs alone, because a collection stops the whole process.</summary>
[Collection(nameof(CollectionPauseTests))]
public sealed class HeldScalarsTests
{
    private const string TwoTensors = "TorchSharp.torch/Tensor,TorchSharp.torch/Tensor";

    private static readonly float[] s_left = [2, -6];
    private static readonly float[] s_right = [3, 4];

    [Fact]
    public void Are_what_torch_makes_of_the_same_numbers()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor two = tensor(s_left);

        Assert.Equal([5f, -2f], Values(two.Plus(tensor(s_right))));
        Assert.Equal([1.5f, -6.5f], Values(two.Minus(0.5)));
        Assert.Equal([3f, -9f], Values(two.Times(1.5)));
        Assert.Equal([0.5f, -1.5f], Values(two.Over(4)));
        Assert.Equal([2f, -1f], Values(two.AtLeast(-1)));
        Assert.Equal([3f, 3f], Values(HeldScalars.Filled([2], 3, ScalarType.Float32, CPU)));
        Assert.Equal([2f, -6f], Values(two));

        two.PlusInPlace(torch.ones(2));
        two.TimesInPlace(10);
        two.OverInPlace(5);
        Assert.Equal([6f, -10f], Values(two));
        Assert.Equal([7f, 7f], Values(two.FillInPlace(7)));
        Assert.Equal([8f, 8f], Values(two.CountInPlace()));
    }

    [Fact]
    public void Nothing_else_in_the_library_computes_with_a_scalar_that_may_be_freed_under_way()
    {
        using var assemblies = new DefaultAssemblyResolver();
        assemblies.AddSearchDirectory(AppContext.BaseDirectory);
        using ModuleDefinition torchs = Read(typeof(Tensor), assemblies);
        using ModuleDefinition ours = Read(typeof(HeldScalars), assemblies);
        HashSet<string> forgetful = ForgetfulMethods(torchs);

        // That the search finds something at all.
        Assert.Contains(forgetful, name => name.EndsWith($"op_Addition({TwoTensors})", StringComparison.Ordinal));
        Assert.DoesNotContain(
            forgetful, name => name.EndsWith($"op_Subtraction({TwoTensors})", StringComparison.Ordinal));
        Assert.Contains(
            "TorchSharp.torch/Tensor TorchSharp.Modules.BatchNorm::forward(TorchSharp.torch/Tensor)", forgetful);
        Assert.Contains(
            Calls(ours), call => call.Caller.DeclaringType.Name == nameof(HeldScalars) && MakesScalar(call.Called));

        IEnumerable<string> wrong = Calls(ours)
            .Where(call => call.Caller.DeclaringType.Name != nameof(HeldScalars))
            .Where(call => MakesScalar(call.Called) || (IsTorchs(call.Called)
                && (forgetful.Contains(call.Called.Resolve().FullName) || MakesForgetfulModule(
                    call.Called, forgetful))))
            .Select(call => $"{call.Caller.FullName} calls {call.Called.Name}");
        Assert.Equal("", string.Join('\n', wrong));
    }

    // With a + b in place of Plus, some of these sums fail.
    [Fact]
    public void Sums_are_right_while_garbage_is_collected_without_a_break()
    {
        using Tensor ones = torch.ones(8);
        float[] twos = Enumerable.Repeat(2f, 8).ToArray();

        AmidCollections(10_000, () =>
        {
            using Tensor sum = ones.Plus(ones);
            Assert.Equal(twos, Values(sum));
        });
    }

    [Fact]
    public void A_student_answers_the_same_while_garbage_is_collected_without_a_break()
    {
        using Student student = TinyClip.Student();
        using Tensor images = TinyClip.Images(2);
        float[] quiet = Answer(student, images);

        // Threads may part a sum otherwise; a scalar that was freed is off by more.
        AmidCollections(300, () => Assert.All(
            quiet.Zip(Answer(student, images)),
            pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-5f)));
    }

    private static void AmidCollections(int times, Action action)
    {
        Parallel.For(0, times, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            if (number % 5 == 0)
            {
                GC.Collect(0);
            }

            action();
        });
    }

    private static float[] Answer(Student student, Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        return Values(student.ImageFeatures(images));
    }

    private static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();

    private static ModuleDefinition Read(Type type, DefaultAssemblyResolver assemblies) =>
        ModuleDefinition.ReadModule(type.Assembly.Location, new ReaderParameters { AssemblyResolver = assemblies });

    // Methods of torch that make a scalar themselves, and those that call one of these.
    private static HashSet<string> ForgetfulMethods(ModuleDefinition torchs)
    {
        ILookup<string, string> callers = Calls(torchs)
            .Where(call => IsTorchs(call.Called) && call.Caller.ReturnType.Name != nameof(Scalar))
            .ToLookup(
                call => MakesScalar(call.Called) ? "" : call.Called.Resolve()?.FullName ?? "?",
                call => call.Caller.FullName);
        var found = new HashSet<string>();
        for (var next = new Queue<string>([""]); next.TryDequeue(out string? called);)
        {
            foreach (string caller in callers[called].Where(found.Add))
            {
                next.Enqueue(caller);
            }
        }

        return found;
    }

    private static bool MakesForgetfulModule(MethodReference method, HashSet<string> forgetful)
    {
        for (TypeDefinition? type = method.ReturnType.Resolve(); type is not null; type = type.BaseType?.Resolve())
        {
            if (type.Methods.Any(one => one.Name == "forward" && forgetful.Contains(one.FullName)))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(MethodDefinition Caller, MethodReference Called)> Calls(ModuleDefinition module) =>
        from type in module.GetTypes()
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where instruction.Operand is MethodReference
        select (method, (MethodReference)instruction.Operand);

    private static bool IsTorchs(MethodReference method) =>
        method.DeclaringType.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal);

    private static bool MakesScalar(MethodReference method) =>
        IsTorchs(method)
        && (method.ReturnType.Name == nameof(Scalar)
            || (method.DeclaringType.Name == nameof(Scalar) && method.Name == ".ctor"));
}
