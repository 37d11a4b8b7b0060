#!/usr/bin/env bash
# The benchmark: distils small CLIPs that were trained on some emoji styles to styles that they never saw, with the built
# promptkd, and measures on concepts that no model saw in any style. README.md beside this script says what is measured.
#
#   bench/EmojiStyles/run.sh [--quick] [DATA]
#
# DATA is the folder that fetch.sh filled (bench/EmojiStyles/data). Five splits, three seeds, two targets: hours on two cores. With
# --quick: one split, two seeds, Fluent 3D, the recipes alone; ten minutes where the CLIPs are trained already.
# What is finished in DATA/results is not run again. SCALE=100 takes (and trains) CLIPs whose scale ends at 100, into
# DATA/results-100. SPLITS, SEEDS, TARGETS and METHODS in the environment choose less.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
quick=
if [[ ${1:-} = --quick ]]; then quick=yes; shift; fi
data=$(cd "${1:-$here/data}" && pwd)
splits=${SPLITS:-${quick:+0}}; splits=${splits:-0 1 2 3 4}
seeds=${SEEDS:-${quick:+1 2}}; seeds=${seeds:-1 2 3}
targets=${TARGETS:-${quick:+fluent-3d}}; targets=${targets:-fluent-3d twemoji}
methods=${METHODS:-${quick:+paper fast best}}
methods=${methods:-paper fast fast-30 best coop cocoop maple ivlp promptsrc taught paper-taught best-taught two-teachers}
scale=${SCALE:+-$SCALE}
results=$data/results$scale
base=21 # of 41 classes
unset PROMPTKD_CLIP_VOCAB # the CLIPs have a vocabulary of their own

if [[ -z ${PROMPTKD:-} || -z ${EMOJISTYLES:-} ]]; then
  for project in "$here" "$here/../../src/PromptKD.Cli"; do
    dotnet build "$project" -c Release --nologo -v quiet >"$data/build.txt" || { cat "$data/build.txt" >&2; exit 1; }
  done
  PROMPTKD=$(echo "$here"/../../artifacts/bin/PromptKD.Cli/release*/PromptKD.Cli)
  EMOJISTYLES=$(echo "$here"/../../artifacts/bin/EmojiStyles/release*/EmojiStyles)
fi
# shellcheck disable=SC2086 # lists of words
"$EMOJISTYLES" prepare "$data" --split $splits --target $targets
"$EMOJISTYLES" pretrain "$data" ${SCALE:+--scale "$SCALE"}

# run METHOD ARGUMENTS...: one run of the program, unless it is finished, with its seconds.
run() {
  local output=$results/$target/split-$split/seed-$seed/$1
  shift
  [[ ! -f $output/seconds.txt ]] || return 0
  mkdir -p "$output"
  local TIMEFORMAT='%R %U'
  { time "$PROMPTKD" "$@" --classes "$data/split-$split/classes.txt" --val "$pictures/test" --base "$base" --seed "$seed" \
    --output "$output" >"$output/output.txt" 2>&1; } 2>"$output/time" || { cat "$output/output.txt" >&2; exit 1; }
  mv "$output/time" "$output/seconds.txt"
  rm -rf "$output"/*-store* "$output/checkpoints"
  echo "$target split $split seed $seed $(basename "$output"): $(scores "$output")"
}

scores() { # OUTPUT: what a student says of itself in its last line, a teacher in one of several.
  if [[ -f $1/teacher.json ]]; then sed -n '/"taught"/,/}/p' "$1/teacher.json" | tr -d ' \n'
  else grep '"kind":"validation"' "$1/metrics.jsonl" | tail -n 1; fi
}

distil() { # METHOD RECIPE ARGUMENTS...
  local method=$1 recipe=$2
  shift 2
  run "$method" distill --recipe "$recipe" --images "$pictures/train" --student "$data/models/student$scale" "$@"
}

prompt() { # METHOD NAME FILE: learns from labels beside the student's CLIP, as its paper's file says.
  run "$1" teach --config "$here/../../configs/trainers/$2/$3.yaml" --data "$pictures/train" --shots 16 \
    --clip "$data/models/student$scale" TRAINER.NAME "$2"
}

# Results lie where the next seed does not look; what the teacher of a seed learned is that seed's.
for target in $targets; do
  for split in $splits; do
    for seed in $seeds; do
      pictures=$data/split-$split/$target
      teacher=$data/models/teacher$scale
      taught=$results/$target/split-$split/seed-$seed/taught/VLPromptLearner/model.pth.tar-20
      for method in $methods; do
        case $method in
          paper | fast | best) distil "$method" "$method" --teacher "$teacher" ;;
          fast-30) distil fast-30 fast --teacher "$teacher" DISTILL.START.EPOCHS 30 ;;
          # A key each beside fast or best; not among the methods that are run unless METHODS asks for them.
          fast-average) distil fast-average fast --teacher "$teacher" DISTILL.AVERAGE 0.99 ;;
          fast-ridge) distil fast-ridge fast --teacher "$teacher" DISTILL.START.RIDGE 0.1 ;;
          fast-calibrated) distil fast-calibrated fast --teacher "$teacher" DISTILL.TARGET.CALIBRATE True ;;
          fast-width) distil fast-width fast --teacher "$teacher" TRAINER.PROMPTKD.RATE_WIDTH 32 ;;
          fast-noise) distil fast-noise fast --teacher "$teacher" TRAINER.PROMPTKD.FEATURE_NOISE 0.6 ;;
          fast-all-views) distil fast-all-views fast --teacher "$teacher" DISTILL.TARGET.ALL_VIEWS True ;;
          fast-balance) distil fast-balance fast --teacher "$teacher" DISTILL.TARGET.BALANCE 1.0 ;;
          fast-boxes) distil fast-boxes fast --teacher "$teacher" INPUT.RRCROP_SCALE '[0.08, 1.0]' ;;
          fast-sentences) distil fast-sentences fast --teacher "$teacher" \
            --template 'a photo of a {}.' --template 'an icon of {}.' --template 'a picture of {}.' ;;
          fast-20-views) distil fast-20-views fast --teacher "$teacher" DISTILL.VIEWS 20 ;;
          fast-weight) distil fast-weight fast --teacher "$teacher" TRAINER.PROMPTKD.KD_WEIGHT 100.0 ;;
          best-average) distil best-average best --teacher "$teacher" DISTILL.AVERAGE 0.99 ;;
          best-before) distil best-before best --teacher "$teacher" DISTILL.VIEWS 5 DISTILL.TARGET.CALIBRATE False ;;
          best-as-sure) distil best-as-sure best --teacher "$teacher" DISTILL.TARGET.CALIBRATE False ;;
          best-20-views) distil best-20-views best --teacher "$teacher" DISTILL.VIEWS 20 ;;
          best-all-views) distil best-all-views best --teacher "$teacher" DISTILL.TARGET.ALL_VIEWS True ;;
          best-ridge) distil best-ridge best --teacher "$teacher" DISTILL.START.RIDGE 0.1 ;;
          fast-fitted) distil fast-fitted fast --teacher "$teacher" \
            DISTILL.START.RIDGE 1.0 DISTILL.TARGET.CALIBRATE True INPUT.RRCROP_SCALE '[0.85, 1.0]' ;;
          best-fitted) distil best-fitted best --teacher "$teacher" \
            DISTILL.START.RIDGE 1.0 INPUT.RRCROP_SCALE '[0.85, 1.0]' ;;
          best-long) distil best-long best --teacher "$teacher" OPTIM.MAX_EPOCH 40 ;;
          best-slower) distil best-slower best --teacher "$teacher" OPTIM.LR 0.0001 ;;
          best-slow) distil best-slow best --teacher "$teacher" OPTIM.LR 0.0003 ;;
          coop) prompt coop CoOp vit_b16_ctxv1 ;;
          cocoop) prompt cocoop CoCoOp vit_b16_c4_ep10_batch1_ctxv1 ;;
          maple) prompt maple MaPLe vit_b16_c2_ep5_batch4_2ctx ;;
          ivlp) prompt ivlp IVLP vit_b16_c2_ep20_batch8_4+4ctx ;;
          promptsrc) prompt promptsrc PromptSRC vit_b16_c2_ep20_batch4_4+4ctx ;;
          taught) run taught teach --data "$pictures/train" --shots 16 --clip "$teacher" ;;
          *-taught) distil "$method" "${method%-taught}" --teacher "$teacher" --teacher-prompts "$taught" ;;
          two-teachers) distil two-teachers best --teacher "$teacher" --teacher-prompts - --teacher "$teacher" --teacher-prompts "$taught" ;;
          *) echo "run.sh: there is no method '$method'." >&2; exit 2 ;;
        esac
      done
    done
  done
done
"$EMOJISTYLES" table "$data" ${SCALE:+--scale "$SCALE"} | tee "$results/table.md"
