#!/usr/bin/env bash
# Lets the disk fail at each write of each verb, and holds how the program ends and that it goes on to the same bytes.
#
#   tests/faults.sh [-f FAULT] [-s STEP] [-o FIRST] [CASE …]
#
#   FAULT   full (from that write on nothing fits), once (one write fails, input/output error), gone (the output folder is
#           moved away just before the write): all three by default
#   STEP    every how many writes: 1 by default
#   FIRST   the first of them, so that another sample tries others: 1 by default
#   CASE    the functions below: all by default
#
# Each command runs once undisturbed, and its writes are counted: files opened to be written, bytes, flushes, renames,
# links, folders made, files deleted. Then it runs once for each of them, in a new folder, with a library that lets that
# call fail (tests/faults/inject.c). It has to end with exit code 2 and one line that names the folder, without a stack
# trace; or with 0, where it can do without. Then the same command runs again, undisturbed, and what it leaves is
# compared file for file with the first run. A command that wants a new folder may refuse the second start where all
# files are there. Needs a C compiler; exits 1 if a case fails.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
faults=(full once gone) step=1 first=1
while getopts "f:s:o:" option; do
  case $option in
    f) faults=("$OPTARG") ;;
    s) step=$OPTARG ;;
    o) first=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
command -v cc >/dev/null || { echo "skipped: there is no C compiler"; exit 0; }

unset PROMPTKD_CLIP_VOCAB # Would win over the vocabulary that lies beside the demo's models.
export OMP_NUM_THREADS=1 NO_COLOR=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=${PROMPTKD_PROGRAM:-}
if [ -z "$program" ]; then
  ./promptkd --help >/dev/null || exit 1
  program=$root/artifacts/publish/promptkd/PromptKD.Cli
fi

cc -O1 -shared -fPIC -o "$work/inject.so" tests/faults/inject.c -ldl || exit 1
"$program" demo --pictures-only --output "$work" >/dev/null 2>&1 || exit 1
pictures=$work/pictures

# Little of everything: 16 unlabelled pictures; two of each class with labels; EuroSAT's layout.
mkdir -p "$work/photos" "$work/data/eurosat" "$work/done"
cp "$pictures"/photos/000[1-9].png "$pictures"/photos/001[0-6].png "$work/photos"
while IFS= read -r class; do
  mkdir -p "$work/labelled/$class"
  cp "$pictures/test/$class/001.png" "$pictures/test/$class/002.png" "$work/labelled/$class"
done <"$pictures/classes.txt"
ln -s "$work" "$work/data/eurosat/2750"
{
  echo "{"
  for part in train val test; do
    label=0 rows=""
    while IFS= read -r class; do
      rows+="[\"labelled/$class/00$([ $part = test ] && echo 2 || echo 1).png\", $label, \"$class\"],"
      label=$((label + 1))
    done <"$pictures/classes.txt"
    echo "\"$part\": [${rows%,}]$([ "$part" = test ] || echo ,)"
  done
  echo "}"
} >"$work/data/eurosat/split_zhou_EuroSAT.json"

printf 'OPTIM:\n  MAX_EPOCH: 1\nDATALOADER:\n  TRAIN_X:\n    BATCH_SIZE: 16\n' >"$work/teach.yaml"

# The cases: each writes below the folder that it is given.
often="TRAIN.CHECKPOINT_MINUTES 0.0000001"
of_distill() {
  "$program" distill --recipe paper --images "$work/photos" --classes "$pictures/classes.txt" \
    --teacher "demo/${tower:-teacher}" --student demo/student --epochs 2 --batch-size 8 --precision fp32 --output "$@"
}
distill() { of_distill "$1" --val "$work/labelled" $often; }
distill_stored() { of_distill "$1" --views 2; }
distill_both() {
  tower=plain-teacher of_distill "$1" --labelled "$work/labelled" --shots 1 --base 8 --teach-config "$work/teach.yaml"
}
teach() {
  "$program" teach --data "$work/labelled" --shots 1 --clip demo/plain-teacher --epochs 1 --batch-size 16 \
    --precision fp32 --output "$1"
}
features() {
  "$program" features --images "$work/photos" --teacher demo/teacher --views 2 --precision fp32 --output "$1"
}
of_train() {
  local output=$1 trainer=$2 file=$3
  shift 3
  "$program" train --root "$work/data" --seed 1 --trainer "$trainer" --output-dir "$output" \
    --dataset-config-file configs/datasets/eurosat.yaml --config-file "configs/trainers/$trainer/$file.yaml" \
    --student demo/plain-teacher OPTIM.MAX_EPOCH 2 DATALOADER.TRAIN_X.BATCH_SIZE 16 TRAIN.PRINT_FREQ 2 \
    "TRAINER.${trainer^^}.PREC" fp32 "$@"
}
train_coop() { of_train "$1" CoOp vit_b16_ep50 DATASET.NUM_SHOTS 1 TRAINER.COOP.N_CTX 4 TEST.COMPUTE_CMAT True TRAIN.CHECKPOINT_FREQ 1; }
train_promptsrc() {
  of_train "$1" PromptSRC vit_b16_c2_ep20_batch4_4+4ctx DATASET.NUM_SHOTS 1 TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION 2 \
    TRAINER.PROMPTSRC.PROMPT_DEPTH_TEXT 2 TEST.FINAL_MODEL best_val
}
train_promptkd() {
  of_train "$1" PromptKD vit_b16_c2_ep20_batch8_4+4ctx --teacher demo/teacher --teacher-prompts none \
    TRAINER.MODAL base2novel
}
benchmark() {
  "$program" benchmark base2new --root "$work/data" --datasets eurosat --seeds 1 --trainer CoOp --shots 1 \
    --student demo/plain-teacher --output "$1" OPTIM.MAX_EPOCH 1 TRAINER.COOP.PREC fp32 TRAINER.COOP.N_CTX 4 \
    DATALOADER.TRAIN_X.BATCH_SIZE 16 TRAIN.PRINT_FREQ 2
}
report() {
  [ -d "$work/done/benchmark" ] || LD_PRELOAD="" benchmark "$work/done/benchmark" >/dev/null 2>&1
  "$program" report "$work/done/benchmark" --output "$1"
}
of_recipe() {
  local recipe=$1 output=$2
  "$program" distill --recipe "$recipe" --images "$work/photos" --classes "$pictures/classes.txt" \
    --teacher demo/teacher --student demo/student --epochs 1 --batch-size 8 --precision fp32 --views 2 \
    --output "$output" DISTILL.START.EPOCHS 2 DISTILL.START.BATCH_SIZE 8
}
best() { of_recipe best "$1"; }
fast() { of_recipe fast "$1"; }

# What the cases below begin with, made once and undisturbed: done STEP FOLDER
already() { [ -d "$2" ] || LD_PRELOAD="" "$1" "$2" >/dev/null 2>&1; }
a_run() { of_distill "$1"; }
a_training() { train_promptkd "$1"; }
a_folder() { LD_PRELOAD="" mkdir -p "$1"; }
student=$work/done/run/student
classes_of() {
  already a_run "$work/done/run"
  a_folder "$1"
  "$program" classes "${@:2}" --model "$student" --output "$1/student"
}
classes_add() { classes_of "$1" add "grey moon" --teacher demo/teacher; }
classes_rename() { classes_of "$1" rename "red circle" "red disc" --teacher demo/teacher; }
classes_remove() { classes_of "$1" remove "red circle"; }
classes_in_place() {
  already a_run "$work/done/run"
  a_folder "$1"
  [ -d "$1/student" ] || LD_PRELOAD="" cp -r "$student" "$1/student"
  "$program" classes remove "red circle" --model "$1/student" --in-place
}
predict_output() {
  already a_run "$work/done/run"
  a_folder "$1"
  "$program" predict "$work/labelled" --model "$student" --top 2 --output "$1/answers.csv"
}
predict_sort() {
  already a_run "$work/done/run"
  "$program" predict "$work/labelled" --model "$student" --sort-into "$1"
}
predict_links() {
  already a_run "$work/done/run"
  "$program" predict "$work/labelled" --model "$student" --sort-into "$1" --links
}
evaluate() {
  already a_run "$work/done/run"
  a_folder "$1"
  "$program" evaluate --model "$student" --data "$work/labelled" --confusion "$1/confusion.csv" \
    --mistakes "$1/mistakes" --json "$1/all.json"
}
evaluate_pictures() {
  already a_run "$work/done/run"
  a_folder "$1"
  "$program" evaluate --model "$student" --data "$work/labelled" --confusion "$1/confusion.png" \
    --mistakes "$1/mistakes.png"
}
preview() {
  "$program" preview --teacher demo/teacher --images "$work/photos" --classes "$pictures/classes.txt" --output "$1" &&
    { [ ! -e "$1/preview.json" ] || # Moved away behind the last write.
      LD_PRELOAD="" sed -i -E 's/"(picturesPerSecond|secondsForAll)":[0-9.]+/"\1":0/g' "$1/preview.json"; } # Times.
}
features_dataset() {
  "$program" features --dataset eurosat --root "$work/data" --teacher demo/teacher --teacher-prompts none --precision fp32 \
    --output "$1"
}
embed() {
  already a_run "$work/done/run"
  a_folder "$1"
  "$program" embed --images "$work/labelled" --student "$student" --teacher demo/teacher --output "$1/features"
}
export_checkpoint() {
  already a_training "$work/done/training"
  local file
  a_folder "$1"
  file=$(find "$work/done/training" -name 'model*.pth.tar*' | sort | tail -n 1)
  "$program" export --checkpoint "$file" --classes "$pictures/classes.txt" --student demo/plain-teacher \
    --teacher demo/teacher --output "$1/student"
}
export_model() {
  already a_run "$work/done/run"
  a_folder "$1"
  "$program" export --model "$student" --output "$1/m.onnx"
}
export_clip() {
  a_folder "$1"
  "$program" export --clip demo/plain-teacher --output "$1/clip"
}
demo_pictures() { "$program" demo --pictures-only --output "$1"; }
demo() { "$program" demo --recipe paper --output "$1"; }
cases=("$@")
[ ${#cases[@]} -gt 0 ] || cases=(distill distill_stored distill_both teach features train_coop train_promptsrc
  train_promptkd benchmark report best fast classes_add classes_rename classes_remove classes_in_place predict_output
  predict_sort predict_links evaluate evaluate_pictures preview features_dataset embed export_checkpoint
  export_model export_clip demo_pictures demo)

# What is to be alike: not the logs and curves, which have times in them, nor what is remembered of the inputs.
same() { diff -r -x 'log.txt*' -x tensorboard -x .digests.tsv -x .lock -x done "$1" "$2" >"$work/diff"; }

# disturbed CASE FAULT NUMBER: runs with a fault. Sets $code.
disturbed() {
  local error=28 once=""
  [ "$2" != once ] || error=5 once=1
  [ "$2" != gone ] || error=0
  code=0
  FAULT_BELOW=$work/$1.run FAULT_AT=$3 FAULT_ERRNO=$error FAULT_ONCE=$once FAULT_COUNT=$work/count \
    LD_PRELOAD=$work/inject.so "$1" "$work/$1.run" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# judged CASE FAULT: what was wrong with the disturbed run, and with the one that goes on.
judged() {
  local run=$work/$1.run wrong=""
  if [ "$2" = gone ]; then
    if [ -e "$run.gone" ] && [ -e "$run" ]; then wrong+=" the folder was made anew;"; fi
    rm -rf "$run.kept"
    [ ! -e "$run.gone" ] || { rm -rf "$run"; mv "$run.gone" "$run"; }
  fi
  grep -qE '^ +at [A-Z][A-Za-z.]+|Unhandled exception' "$work/out" "$work/err" && wrong+=" a stack trace;"
  case $code in
    0) ;;
    2)
      # Of a benchmark's runs one may fail; it is named, and the others go on.
      [ "$(grep -cE "^promptkd: .*$run|^warning: CoOp .*$run" "$work/err")" = 1 ] || [ "$1" = benchmark ] \
        || wrong+=" not one line of error that names the folder;"
      grep -qE "^(promptkd|warning): .*$run" "$work/err" || wrong+=" nothing names the folder;"
      ;;
    *) wrong+=" exit code $code;" ;;
  esac
  if [ "$code" = 0 ] && same "$work/$1.whole" "$run"; then
    : # Done, and some commands cannot be done twice.
  elif ! "$1" "$run" >"$work/again" 2>&1 </dev/null && ! same "$work/$1.whole" "$run"; then
    wrong+=" the same command does not go on: $(tail -1 "$work/again");"
  elif ! same "$work/$1.whole" "$run"; then
    wrong+=" other files: $(head -1 "$work/diff");"
  fi
  echo "$wrong"
}

broken=0
for name in "${cases[@]}"; do
  "$name" "$work/$name.run" >"$work/out" 2>&1 </dev/null || { cat "$work/out"; exit 1; }
  mv "$work/$name.run" "$work/$name.whole"
  disturbed "$name" full 0
  read -r calls _ <"$work/count"
  for fault in "${faults[@]}"; do
    tried=0 ended=0 bad=0
    for ((number = first; number <= calls; number += step)); do
      rm -rf "$work/$name.run"* "$work/count"
      disturbed "$name" "$fault" "$number"
      tried=$((tried + 1))
      [ "$code" != 2 ] || ended=$((ended + 1))
      cp "$work/err" "$work/err.first"
      wrong=$(judged "$name" "$fault")
      if [ -n "$wrong" ]; then
        bad=$((bad + 1))
        echo "BROKEN $name, $fault at $number ($(cut -d' ' -f2 "$work/count" 2>/dev/null)):$wrong $(tail -1 "$work/err.first")"
      fi
    done
    broken=$((broken + bad))
    echo "$name: $fault at each $step. of $calls writes: $tried tried, $ended ended in one line, $bad wrong"
  done
done
[ "$broken" = 0 ]
