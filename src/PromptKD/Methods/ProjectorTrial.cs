using System.Diagnostics;
using PromptKD.Runtime;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// Measures a step of the start on stored features, before there is one: the same arithmetic on numbers that mean
/// nothing. It draws none, so that whatever is drawn afterwards stays the same.
/// </summary>
internal static class ProjectorTrial
{
    // Compiling what is new to the program takes longer than the first step.
    private const int StepsLeftOut = 10;
    private const int StepsMeasured = 11;

    /// <param name="inputs">Dimensions of the student's features.</param>
    /// <param name="outputs">Of the teacher's.</param>
    /// <param name="layers">Linear layers of the projector.</param>
    /// <param name="classes">How many.</param>
    /// <param name="batch">Pictures of a step.</param>
    /// <param name="device">Where it computes.</param>
    /// <returns>The time of a step.</returns>
    public static TimeSpan Measure(int inputs, int outputs, int layers, int classes, int batch, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter[] weights =
        [
            .. Enumerable.Range(0, layers)
                .Select(layer => new Parameter(ones([outputs, layer == 0 ? inputs : outputs], device: device))),
        ];
        Tensor features = ones([batch, inputs], ScalarType.Float16, device: device);
        Tensor wanted = ones([batch, outputs], ScalarType.Float16, device: device);
        Tensor names = ones([classes, outputs], device: device);
        using optim.Optimizer optimizer = optim.AdamW(weights, 1e-6);
        List<TimeSpan> steps = [];
        for (int step = 0; step < StepsLeftOut + StepsMeasured; step++)
        {
            long begin = Stopwatch.GetTimestamp();
            Step();
            steps.Add(Stopwatch.GetElapsedTime(begin));
        }

        return steps.Skip(StepsLeftOut).Order().ElementAt(StepsMeasured / 2);

        void Step()
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor x = Rows(features);
            foreach (Parameter weight in weights)
            {
                Tensor mean = zeros(outputs, device: device), spread = ones(outputs, device: device);
                x = nn.functional.relu(nn.functional.batch_norm(x.matmul(weight.t()), mean, spread, training: true));
            }

            Tensor given = nn.functional.normalize(x, dim: -1).matmul(names.t());
            Tensor asked = nn.functional.normalize(Rows(wanted), dim: -1).matmul(names.t());
            Tensor loss = DistillationLoss.Compute(asked, given, temperature: 1);
            Tensor matches = asked.argmax(-1).eq(given.argmax(-1)).sum();
            loss.backward();
            loss.item<float>();
            nn.utils.clip_grad_norm_(weights, 1);
            using (CollectionPause.Begin())
            {
                optimizer.step();
            }

            optimizer.zero_grad();
            matches.item<long>();
        }

        // As they are read from a store.
        Tensor Rows(Tensor stored) =>
            stored.index_select(
                0, tensor(Enumerable.Range(0, batch).Select(row => (long)row).ToArray(), device: device))
                .to(ScalarType.Float32);
    }
}
