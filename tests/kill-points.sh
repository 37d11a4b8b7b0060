#!/usr/bin/env bash
# Holds that a run which is killed at any point ends, by the same command, in the same files as one that never was.
#
#   tests/kill-points.sh [--every N] [--names M] [VERB …]
#
# VERB is one of the functions below; all of them by default. Each is run once
# without a kill, which counts the moments at which its folder changes: before a file gets its name, before one loses it,
# and in the middle of each write. Then, for each of these moments (of writes every N-th, of names every M-th), the
# command is started in a new folder, killed there with SIGKILL, and started again. All files are compared but logs,
# curves, what names the folder or is remembered of inputs, and the checkpoint before the last, whose place is a matter
# of time. A command that wants a new folder may refuse the second start where all files are there. Exits 1 if a file
# differs, or a start fails. Needs a C compiler. All moments of all verbs take hours.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
every=1 names=1 verbs=()
while [ $# -gt 0 ]; do
  case $1 in
    --every) every=$2; shift 2 ;;
    --names) names=$2; shift 2 ;;
    *) verbs+=("$1"); shift ;;
  esac
done
[ ${#verbs[@]} -gt 0 ] || verbs=(distill views best fast teach train train-best benchmark features features-dataset classes-add
  classes-rename classes-remove classes-in-place predict sort-into evaluate preview embed export-package demo-pictures
  demo)

work=$(realpath "$(mktemp -d)")
trap 'rm -rf "$work"' EXIT
unset PROMPTKD_CLIP_VOCAB # Would win over the vocabulary that lies beside the demo's models.
export OMP_NUM_THREADS=1 SOURCE_DATE_EPOCH=1577836800 # The day that packages and pages name.
cc -shared -fPIC -O1 -Wall -o "$work/kill_point.so" tests/kill-points/kill_point.c -ldl || exit 1
program=${PROMPTKD_PROGRAM:-}
if [ -z "$program" ]; then
  ./promptkd --help >/dev/null || exit 1
  program=$root/artifacts/publish/promptkd/PromptKD.Cli
fi
"$program" demo --pictures-only --output "$work" >/dev/null || exit 1

# A small world: two pictures of each of six classes to learn from, and two to measure on.
classes=("red circle" "green circle" "blue circle" "red square" "green square" "blue square")
mkdir -p "$work/photos" "$work/test"
printf '%s\n' "${classes[@]}" >"$work/classes.txt"
number=0
for class in "${classes[@]}"; do
  [ -d "$work/pictures/test/$class" ] || { echo "No demo class '$class'." >&2; exit 1; }
  mkdir "$work/test/$class"
  cp "$work/pictures/test/$class"/00[12].png "$work/test/$class/"
  for picture in "$work/pictures/test/$class"/01[12].png; do
    number=$((number + 1))
    cp "$picture" "$work/photos/$number.png"
  done
done
touch -d '2020-01-01' "$work"/photos/* "$work"/test/*/* # Settled: their digests are remembered.

# EuroSAT's layout, of the same pictures.
mkdir -p "$work/data/eurosat/2750"
cp -r "$work/test" "$work/data/eurosat/2750/"
{
  echo "{"
  for part in train val test; do
    label=0 rows=""
    for class in "${classes[@]}"; do
      for picture in "$work/test/$class/"*; do
        rows+="[\"test/$class/$(basename "$picture")\", $label, \"$class\"],"
      done
      label=$((label + 1))
    done
    echo "\"$part\": [${rows%,}]$([ "$part" = test ] || echo ,)"
  done
  echo "}"
} >"$work/data/eurosat/split_zhou_EuroSAT.json"

distill() {
  "$program" distill --recipe "${recipe:-paper}" --images "$work/photos" --classes "$work/classes.txt" --teacher demo/teacher --student demo/student \
    --val "$work/test" --epochs 2 --batch-size 6 --precision fp32 --output "$1" TRAIN.CHECKPOINT_MINUTES 1e-9 "${@:2}"
}
views() { distill "$1" --views 2; }
best() { recipe=best distill "$1" --views 2 DISTILL.START.EPOCHS 3 DISTILL.START.BATCH_SIZE 6; }
teach() {
  "$program" teach --data "$work/test" --clip demo/plain-teacher --shots 1 --epochs 2 --batch-size 2 --precision fp32 \
    --output "$1" TRAIN.CHECKPOINT_MINUTES 1e-9
}
train() {
  "$program" train --root "$work/data" --seed 1 --trainer PromptSRC --output-dir "$1" \
    --dataset-config-file configs/datasets/eurosat.yaml \
    --config-file configs/trainers/PromptSRC/vit_b16_c2_ep20_batch4_4+4ctx.yaml --student demo/plain-teacher \
    DATASET.NUM_SHOTS 1 OPTIM.MAX_EPOCH 3 TRAINER.PROMPTSRC.GPA_MEAN 3 TRAINER.PROMPTSRC.PREC fp32 \
    TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION 2 TRAINER.PROMPTSRC.PROMPT_DEPTH_TEXT 2 \
    TEST.FINAL_MODEL best_val TEST.SELECT reference TRAIN.CHECKPOINT_FREQ 1
}
train-best() {
  "$program" train --root "$work/data" --seed 1 --trainer PromptKD --output-dir "$1" \
    --dataset-config-file configs/datasets/eurosat.yaml \
    --config-file configs/trainers/PromptKD/vit_b16_c2_ep20_batch8_4+4ctx.yaml --teacher demo/teacher \
    --teacher-prompts none --student demo/student DATASET.NUM_SHOTS 0 OPTIM.MAX_EPOCH 2 \
    TRAINER.PROMPTKD.PREC fp32 TRAINER.MODAL cross TEST.FINAL_MODEL best_val TEST.SELECT reference
}
benchmark() {
  "$program" benchmark cross --datasets eurosat --seeds 1 --root "$work/data" --output "$1" \
    --teacher demo/teacher --student demo/student DISTILL.TEACHER_PROMPTS none OPTIM.MAX_EPOCH 1 \
    TRAINER.PROMPTKD.PREC fp32 DATASET.NUM_SHOTS 0
}
features() {
  "$program" features --images "$work/photos" --teacher demo/teacher --views 2 --output "$1"
}
fast() { recipe=fast distill "$1" --views 2; }
features-dataset() {
  "$program" features --dataset eurosat --root "$work/data" --teacher demo/teacher --teacher-prompts none --output "$1"
}

# Of a student that is made once, without kills.
student=$work/made/student
made() { [ -d "$student" ] || LD_PRELOAD="" distill "$work/made" >/dev/null 2>&1; }
classes-of() {
  made && LD_PRELOAD="" mkdir -p "$1"
  "$program" classes "${@:2}" --model "$student" --output "$1/student"
}
classes-add() { classes-of "$1" add "grey moon" --teacher demo/teacher; }
classes-rename() { classes-of "$1" rename "red circle" "red disc" --teacher demo/teacher; }
classes-remove() { classes-of "$1" remove "red circle"; }
classes-in-place() {
  made && LD_PRELOAD="" mkdir -p "$1"
  [ -d "$1/student" ] || [ -n "$(ls -A "$1")" ] || LD_PRELOAD="" cp -r "$student" "$1/student"
  "$program" classes remove "red circle" --model "$1/student" --in-place
}
predict() {
  made && LD_PRELOAD="" mkdir -p "$1"
  "$program" predict "$work/test" --model "$student" --output "$1/answers.csv"
}
sort-into() { made && "$program" predict "$work/test" --model "$student" --sort-into "$1"; }
evaluate() {
  made && LD_PRELOAD="" mkdir -p "$1"
  "$program" evaluate --model "$student" --data "$work/test" --confusion "$1/confusion.csv" \
    --mistakes "$1/mistakes" --json "$1/all.json" &&
    "$program" evaluate --model "$student" --data "$work/test" --confusion "$1/confusion.png" --mistakes "$1/mistakes.png"
}
preview() {
  "$program" preview --teacher demo/teacher --images "$work/photos" --classes "$work/classes.txt" --output "$1" &&
    LD_PRELOAD="" sed -i -E 's/"(picturesPerSecond|secondsForAll)":[0-9.]+/"\1":0/g' "$1/preview.json" # How long it took.
}
embed() {
  made && LD_PRELOAD="" mkdir -p "$1"
  "$program" embed --images "$work/test" --student "$student" --teacher demo/teacher --output "$1/features"
}
export-package() {
  [ -d "$work/trained" ] || LD_PRELOAD="" train-best "$work/trained" >/dev/null 2>&1
  LD_PRELOAD="" mkdir -p "$1"
  "$program" export --checkpoint "$work/trained/VLPromptLearner/model-best.pth.tar" --classes "$work/classes.txt" \
    --student demo/student --teacher demo/teacher --output "$1/student"
}
demo() { "$program" demo --output "$1"; }
demo-pictures() { "$program" demo --pictures-only --output "$1"; }

# Runs a verb into a folder: start VERB FOLDER MOMENT LOG
start() {
  (
    export KILL_BELOW=$2 KILL_AT=$3 KILL_LOG=$4 LD_PRELOAD=$work/kill_point.so
    "$1" "$2"
  ) >"$work/out" 2>&1 </dev/null
}

# What a folder holds, as a digest a file.
contents() {
  (cd "$1" && find . -type f ! -name 'log.txt*' ! -path '*/tensorboard/*' ! -name '.digests.tsv' ! -name '.lock' \
    ! -name 'previous*.safetensors' ! -name config.yaml ! -name planned.yaml -print0 | sort -z | xargs -0 sha256sum)
}

wrong=0 total=0
for verb in "${verbs[@]}"; do
  folder=$work/run # Always the same: some files name it.
  rm -rf "$folder"
  start "$verb" "$folder" 0 "$work/$verb.moments" || { echo "$verb: fails without a kill"; cat "$work/out"; exit 1; }
  moments=$(wc -l <"$work/$verb.moments")
  contents "$folder" >"$work/$verb.whole"
  tried=0 other=0
  for ((moment = 1; moment <= moments; moment++)); do
    what=$(sed -n "${moment}p" "$work/$verb.moments" | tr '\t' ' ')
    if [[ $what == *" write "* ]]; then step=$every; else step=$names; fi
    [ $((moment % step)) = 0 ] || continue
    rm -rf "$folder"
    start "$verb" "$folder" "$moment" ""
    tried=$((tried + 1))
    started=0
    start "$verb" "$folder" 0 "" || started=$?
    contents "$folder" | diff "$work/$verb.whole" - >"$work/diff"
    if [ $started != 0 ] && { [ $started != 2 ] || [ -s "$work/diff" ]; }; then
      other=$((other + 1))
      echo "WRONG $verb, killed at $what: the next start fails: $(tail -n 1 "$work/out")"
    elif [ -s "$work/diff" ]; then
      other=$((other + 1))
      echo "WRONG $verb, killed at $what: $(grep -c '^[<>]' "$work/diff") lines differ: $(sed -n 2p "$work/diff")"
    fi
  done
  echo "$verb: $moments moments, $tried kills, $other wrong"
  wrong=$((wrong + other)) total=$((total + tried))
done
echo "$total kills, $wrong wrong"
[ "$wrong" = 0 ]
