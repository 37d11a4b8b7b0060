using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Tests.Training;

/// <summary>What the guard says of records: each fault, and runs as they should be.</summary>
public sealed class GuardTests
{
    private static readonly HeldOutTeacher s_teacher = new(200, 1, 0.3, 10, 7.5, 0.6, 1.2);

    private static readonly GuardedRun s_run = new()
    {
        Rates = [1e-5, 5e-3, 4e-3, 3e-3, 2e-3, 1e-3],
        LearningRate = 5e-3,
        ClassNames = ["cat", "dog", "owl", "ant"],
        Teacher = s_teacher,
        Untrained = Student(0.2),
    };

    [Fact]
    public void A_run_that_goes_well_is_left_alone() => Assert.Empty(Guard.Look(s_run, Run()));

    [Fact]
    public void A_warm_up_that_has_learned_nothing_yet_is_left_alone() => Assert.Empty(Guard.Look(
        s_run, [.. Run().Take(2).Select(
            epoch => epoch with { Loss = 50, HeldOut = Student(0.1, used: 1, majority: 1, spread: 0) })]));

    [Fact]
    public void A_learning_rate_of_zero_is_said_before_the_first_epoch() =>
        Finds(
            "noLearningRate",
            0,
            "the learning rate is 0: the epochs teach",
            s_run with { Rates = [0, 0], LearningRate = 0 },
            []);

    [Fact]
    public void A_learning_rate_of_zero_behind_a_warm_up_is_said_with_the_rate_of_that() => Finds(
        "noLearningRate",
        0,
        "is 0 behind a warm-up of 1e-05: hardly",
        s_run with { Rates = [1e-5, 0], LearningRate = 0 },
        []);

    [Fact]
    public void An_only_epoch_of_warm_up_is_said_before_it() => Finds(
        "onlyWarmup", 0, "never above 1e-05, and OPTIM.LR asks for 5e-03", s_run with { Rates = [1e-5] }, []);

    [Fact]
    public void A_teacher_of_one_answer_is_named_with_it() => Finds(
        "teacherSaysTheSame",
        0,
        "gives one answer, 'dog', to 98.0 % of 200",
        s_run with { Teacher = s_teacher with { MajorityShare = 0.98 } },
        []);

    [Fact]
    public void A_teacher_that_does_not_tell_pictures_apart_is_named() => Finds(
        "teacherSaysTheSame", 0, "hardly differ", s_run with { Teacher = s_teacher with { Information = 0.001 } }, []);

    [Fact]
    public void One_class_needs_no_teacher_that_tells_any() => Assert.Empty(Guard.Look(
        s_run with { ClassNames = ["cat"], Teacher = s_teacher with { MajorityShare = 1 } }, []));

    [Fact]
    public void A_loss_that_stands_still_is_said_at_the_fourth_epoch() => Finds(
        "lossNotFalling", 4, "10.0000 in the first epoch, 9.9000 at its least since", s_run, [.. Run().Select(epoch => epoch with
        {
            Loss = epoch.Epoch == 1 ? 10 : 9.9,
        })]);

    [Fact]
    public void Behind_a_start_the_loss_may_stand_still() => Assert.Empty(Guard.Look(
        s_run with { Start = Run()[0] with { Epoch = 100 } }, [.. Run().Select(epoch => epoch with { Loss = 5 })]));

    [Fact]
    public void A_start_of_rate_zero_is_said_before_it() => Finds(
        "noLearningRate",
        0,
        "of the start is 0: its passes",
        s_run with { Rates = [], StartRates = [0, 0], StartLearningRate = 0 },
        []);

    [Fact]
    public void A_start_that_ends_amid_its_warm_up_is_said_before_it() => Finds(
        "onlyWarmup",
        0,
        "never above 2e-05, and DISTILL.START.LR asks for 1e-03",
        s_run with { Rates = [], StartRates = [1e-5, 2e-5], StartLearningRate = 1e-3 },
        []);

    [Fact]
    public void A_start_whose_loss_stands_still_is_said_behind_it()
    {
        EpochRecord[] passes = [.. Run().Select(pass => pass with { Loss = pass.Epoch == 1 ? 10 : 9.9 })];
        GuardedRun start = s_run with { Start = passes[^1], StartRates = [1e-3], StartLearningRate = 1e-3 };

        Finds(
            "lossNotFalling",
            0,
            "10.0000 in its first pass, 9.9000 at its least",
            start with { Passes = passes },
            []);
        Assert.Empty(Guard.Look(start with { Passes = passes[..2] }, []));
        EpochRecord[] falling = [.. passes.Select(pass => pass with { Loss = 10.0 / pass.Epoch })];
        Assert.Empty(Guard.Look(start with { Passes = falling }, []));
    }

    [Fact]
    public void What_has_passed_does_not_hold_any_more()
    {
        EpochRecord[] late = [.. Run().Select(epoch => epoch with { Loss = epoch.Epoch < 5 ? 10 : 1 })];

        RunNotice notice = Assert.Single(Guard.Look(s_run, late));

        Assert.Equal(("lossNotFalling", 4, false), (notice.Code, notice.Epoch, notice.Holds));
    }

    [Theory]
    [InlineData(1.8, 0.6)]
    [InlineData(7.4, 0.99)]
    public void Answers_that_collapse_are_said(double used, double majority) => Finds(
        "answersCollapsed", 4, "have collapsed", s_run, [.. Run().Select(epoch => epoch with
        {
            HeldOut = Student(0.3, used, majority),
        })]);

    [Fact]
    public void Features_that_collapse_are_said() => Finds(
        "featuresCollapsed", 4, "one direction", s_run, [.. Run().Select(epoch => epoch with
        {
            HeldOut = Student(0.5, spread: 1e-5),
        })]);

    [Theory]
    [InlineData("answersCollapsed", 1.8, 0.1)]
    [InlineData("featuresCollapsed", 7.4, 1e-5)]
    public void A_start_that_ends_in_a_collapse_is_said_before_the_first_epoch(
        string code, double used, double spread) =>
        Finds(
            code,
            0,
            "(DISTILL.START.LR, KD_WEIGHT)",
            s_run with { Start = Run()[0] with { HeldOut = Student(0.3, used, 0.5, spread) } },
            []);

    [Fact]
    public void Pictures_that_are_alike_to_the_untrained_CLIP_are_no_collapse() => Assert.Empty(Guard.Look(
        s_run with { Untrained = Student(0.2, spread: 1e-4) },
        [.. Run().Select(epoch => epoch with { HeldOut = Student(0.5, spread: 1e-5) })]));

    [Fact]
    public void Epochs_that_cost_what_the_start_had_are_said() => Finds(
        "lostGround",
        4,
        "80.0 % of held-out pictures before them, 50.0 % in the last 3 epochs",
        s_run with { Start = Run()[0] with { HeldOut = Student(0.8) } },
        [.. Run().Select(epoch => epoch with { HeldOut = Student(0.5) })]);

    [Fact]
    public void An_only_epoch_that_costs_what_the_start_had_is_said() => Finds(
        "lostGround",
        1,
        "80.0 % of held-out pictures before them, 50.0 % now",
        s_run with { Rates = [1e-3], Start = Run()[0] with { HeldOut = Student(0.8) } },
        [Run()[0] with { HeldOut = Student(0.5) }]);

    // As measured on 61 pictures: 55.7 % behind the start; 42.6 % once, and 59.0 % an epoch later.
    [Fact]
    public void An_epoch_that_is_worse_than_those_beside_it_is_not_said()
    {
        double[] agreements = [0.574, 0.525, 0.459, 0.426, 0.590, 0.623];
        GuardedRun run = s_run with { Start = Run()[0] with { HeldOut = Student(0.557) with { Pictures = 61 } } };

        Assert.Empty(Guard.Look(
            run,
            [.. Run().Select(epoch => epoch with
            {
                HeldOut = Student(agreements[epoch.Epoch - 1]) with { Pictures = 61 },
            })]));
    }

    // As measured on 65 pictures, 20 epochs: 63.1 % behind the start, 67.7 % in the end.
    [Fact]
    public void First_epochs_that_are_worse_than_the_start_are_not_said()
    {
        double[] agreements = [0.538, 0.523, 0.462, 0.600, 0.631, 0.600, 0.615, 0.600];
        GuardedRun run = s_run with
        {
            Rates = [.. Enumerable.Repeat(1e-3, 20)],
            LearningRate = 1e-3,
            Start = Run()[0] with { HeldOut = Student(0.631) with { Pictures = 65 } },
        };

        Assert.Empty(Guard.Look(
            run,
            [.. agreements.Select((agreement, place) => Run()[0] with
            {
                Epoch = place + 1,
                LearningRate = 1e-3,
                HeldOut = Student(agreement) with { Pictures = 65 },
            })]));
    }

    [Fact]
    public void No_gain_over_the_untrained_CLIP_is_said_at_the_end()
    {
        EpochRecord[] epochs = [.. Run().Select(epoch => epoch with { HeldOut = Student(0.1) })];

        Finds("noGain", 6, "10.0 % of held-out pictures, and as its CLIP came, untrained, on 20.0 %", s_run, epochs);
        Assert.Empty(Guard.Look(s_run, epochs[..5]));
    }

    // Two standard errors of the difference are 2 sqrt(2 · 0.2 · 0.8 / n): 8 points of 200 pictures, 1.6 of 5,000.
    [Theory]
    [InlineData(200, false)]
    [InlineData(5000, true)]
    public void No_gain_is_said_where_chance_hides_none(int pictures, bool isSaid)
    {
        HeldOutResult same = Student(0.2) with { Pictures = pictures };

        Assert.Equal(isSaid, Guard.Look(
            s_run with { Untrained = same }, [.. Run().Select(epoch => epoch with { HeldOut = same })])
            .Any(notice => notice.Code == "noGain"));
    }

    [Fact]
    public void Without_held_out_pictures_the_loss_alone_is_watched() => Assert.Empty(Guard.Look(
        s_run with { Teacher = null, Untrained = null }, [.. Run().Select(epoch => epoch with { HeldOut = null })]));

    private static void Finds(string code, int epoch, string words, GuardedRun run, IReadOnlyList<EpochRecord> history)
    {
        RunNotice notice = Assert.Single(Guard.Look(run, history));

        Assert.Equal(code, notice.Code);
        Assert.Equal(epoch, notice.Epoch);
        Assert.True(notice.Holds);
        Assert.Contains(words, notice.Message, StringComparison.Ordinal);
    }

    private static EpochRecord[] Run() =>
    [
        .. Enumerable.Range(1, 6).Select(epoch => new EpochRecord
        {
            Epoch = epoch,
            Loss = 60.0 / epoch,
            Agreement = 0.5,
            LearningRate = s_run.Rates[epoch - 1],
            Pictures = 1800,
            HeldOut = Student(0.5),
        }),
    ];

    private static HeldOutResult Student(double agreement, double used = 6, double majority = 0.35, double spread = 0.1) => new()
    {
        Pictures = 200,
        Agreement = agreement,
        Divergence = 1,
        MajorityShare = majority,
        ClassesNamed = 8,
        ClassesUsed = used,
        FeatureSpread = spread,
    };
}
