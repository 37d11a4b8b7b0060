#!/usr/bin/env bash
# Holds that a run which is stopped again and again ends in the same bytes as one that never was.
#
#   tests/interruption.sh [KILLS [SEED]]     KILLS: 10 by default; SEED: of the moments, random by default
#
# Distils some of the demo's pictures once without interruption. Then starts the same command in a new folder, with a
# checkpoint at almost every step, kills it at a random moment of its learning with SIGKILL, as a power cut would, and
# does so KILLS times before it lets the last start finish. Compares the student, the class vectors and the metrics
# byte for byte. Then the same of PromptSRC, whose prompts are averaged over epochs: one shot a class and a large
# validation set, so that most moments lie in a validation; every other one is SIGTERM, behind which the program saves
# itself. Takes some minutes on two cores. Exits 1 if a file differs. Needs nothing but the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kills=${1:-10}
seed=${2:-$RANDOM}
RANDOM=$seed
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=${PROMPTKD_PROGRAM:-./promptkd}
unset PROMPTKD_CLIP_VOCAB # Would win over the vocabulary that lies beside the demo's models.

"$program" demo --pictures-only --output "$work"

# A tenth of the photos, two labelled ones a class: what is looked at is when a run is stopped, not what it learns.
mkdir "$work/photos"
cp "$work"/pictures/photos/0*0.png "$work/photos"
while IFS= read -r class; do
  mkdir -p "$work/val/$class"
  cp "$work/pictures/test/$class"/00[12].png "$work/val/$class"
done <"$work/pictures/classes.txt"

distill() {
  # Replaces the shell that calls it, so that a kill meets the program itself.
  OMP_NUM_THREADS=1 exec "$program" distill --recipe paper \
    --images "$work/photos" --classes "$work/pictures/classes.txt" \
    --teacher demo/teacher --student demo/student --val "$work/val" --base 24 \
    --epochs 15 --batch-size 16 --precision fp32 --output "$1" TRAIN.CHECKPOINT_MINUTES 0.0001
}

# EuroSAT's layout, of the demo's pictures: a night picture of each class to learn from, the test pictures to choose by.
make_dataset() {
  mkdir -p "$work/data/eurosat"
  ln -s "$work/pictures" "$work/data/eurosat/2750"
  {
    local part label class rows
    echo "{"
    for part in train val test; do
      label=0 rows=""
      while IFS= read -r class; do
        for picture in "$work/pictures/test/$class/"*; do
          rows+="[\"test/$class/$(basename "$picture")\", $label, \"$class\"],"
        done
        label=$((label + 1))
      done <"$work/pictures/classes.txt"
      echo "\"$part\": [${rows%,}]$([ "$part" = test ] || echo ,)"
    done
    echo "}"
  } >"$work/data/eurosat/split_zhou_EuroSAT.json"
}

train() {
  OMP_NUM_THREADS=1 exec "$program" train --root "$work/data" --seed 1 --trainer PromptSRC --output-dir "$1" \
    --dataset-config-file configs/datasets/eurosat.yaml \
    --config-file configs/trainers/PromptSRC/vit_b16_c2_ep20_batch4_4+4ctx.yaml --student demo/plain-teacher \
    DATASET.NUM_SHOTS 1 OPTIM.MAX_EPOCH 6 TRAINER.PROMPTSRC.GPA_MEAN 3 TRAINER.PROMPTSRC.PREC fp32 \
    TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION 2 TRAINER.PROMPTSRC.PROMPT_DEPTH_TEXT 2 \
    TEST.FINAL_MODEL best_val TEST.SELECT reference TRAIN.CHECKPOINT_MINUTES 0.0001
}

# Starts a command in the background and waits until it learns: begun COMMAND FOLDER LOG. Sets $running and $first, the
# time of that word in nanoseconds. What comes before it is the same at every start.
begun() {
  : >"$3"
  ("$1" "$2") >/dev/null 2>"$3" &
  running=$!
  until grep -qE '^(Distilling|Training|Going on)' "$3" || ! kill -0 "$running" 2>/dev/null; do sleep 0.05; done
  first=$(date +%s%N)
}

# Runs a command to its end, then again in another folder, stopped at random moments: repeatedly COMMAND SIGNAL...
repeatedly() {
  local command=$1 running first milliseconds moment outcome signal stop met=0
  shift
  begun "$command" "$work/$command-whole" "$work/whole.log"
  wait "$running" || { cat "$work/whole.log" >&2; exit 1; }
  milliseconds=$((($(date +%s%N) - first) / 1000000))
  echo "An uninterrupted $command learns and measures for $milliseconds ms."
  echo "Stopping another one $kills times (seed $seed):"

  # What it then does before it is stopped is, on average, four fifths of a run divided by the stops, so that the last
  # of them still meets a run that is not finished.
  for ((stop = 1; stop <= kills; stop++)); do
    signal=${@:$((1 + (stop - 1) % $#)):1}
    moment=$((RANDOM * (milliseconds * 8 / 5 / kills) / 32768))
    begun "$command" "$work/$command-stopped" "$work/stopped.log"
    sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
    if kill "-$signal" "$running" 2>/dev/null; then
      outcome="$signal after" met=$((met + 1))
    else
      outcome="had ended by itself before"
    fi
    wait "$running" 2>/dev/null || true
    echo "  $stop: $outcome $moment ms; last words: $(tail -n 1 "$work/stopped.log")"
  done
  echo "$met of $kills stops met a $command that learned or measured."

  ("$command" "$work/$command-stopped") >/dev/null 2>"$work/stopped.log" || { cat "$work/stopped.log" >&2; exit 1; }
}

# Compares files of the two runs: same COMMAND FILE...
same() {
  local command=$1 file
  for file in "${@:2}"; do
    if cmp "$work/$command-whole/$file" "$work/$command-stopped/$file"; then
      echo "$file: the same $(wc -c <"$work/$command-whole/$file") bytes"
    else
      status=1
    fi
  done
}

status=0
repeatedly distill KILL
same distill student/student.safetensors student/class_vectors.safetensors student/model.json metrics.jsonl
make_dataset
repeatedly train KILL TERM
same train result.json metrics.jsonl checkpoints/last.safetensors VLPromptLearner/model.pth.tar-6 \
  VLPromptLearner/model-best.pth.tar
exit "$status"
