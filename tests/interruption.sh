#!/usr/bin/env bash
# Holds that a run which is killed again and again ends in the same bytes as one that never was.
#
#   tests/interruption.sh [KILLS [SEED]]     KILLS: 10 by default; SEED: of the moments, random by default
#
# Distils the demo's pictures once without interruption. Then starts the same command in a new folder, with a
# checkpoint at almost every step, kills it at a random moment with SIGKILL, as a power cut would, and does so KILLS
# times before it lets the last start finish. Compares the student, the class vectors and the metrics byte for byte.
# Takes about two minutes on two cores. Exits 1 if a file differs. Needs nothing but the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kills=${1:-10}
seed=${2:-$RANDOM}
RANDOM=$seed
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PROMPTKD_CLIP_VOCAB # Would win over the vocabulary that lies beside the demo's models.

./promptkd demo --pictures-only --output "$work"

distill() {
  # Replaces the shell that calls it, so that a kill meets the program itself.
  OMP_NUM_THREADS=1 exec ./promptkd distill \
    --images "$work/pictures/photos" --classes "$work/pictures/classes.txt" \
    --teacher demo/teacher --student demo/student --val "$work/pictures/test" --base 24 \
    --epochs 15 --batch-size 16 --precision fp32 --output "$1" TRAIN.CHECKPOINT_MINUTES 0.0001
}

started=$(date +%s%N)
(distill "$work/whole") >/dev/null 2>"$work/whole.log" || { cat "$work/whole.log" >&2; exit 1; }
milliseconds=$((($(date +%s%N) - started) / 1000000))
echo "An uninterrupted run takes $milliseconds ms. Killing another one $kills times (seed $seed):"

# A start reads the models and measures the teacher before it goes on. What it then learns before it is killed is, on
# average, four fifths of a run divided by the kills, so that the last of them still meets a run that is not finished.
for ((kill = 1; kill <= kills; kill++)); do
  moment=$((milliseconds / 20 + RANDOM * (milliseconds * 8 / 5 / kills) / 32768))
  (distill "$work/killed") >/dev/null 2>"$work/killed.log" &
  program=$!
  sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
  if kill -KILL "$program" 2>/dev/null; then outcome="killed after"; else outcome="had ended by itself before"; fi
  wait "$program" 2>/dev/null || true
  echo "  $kill: $outcome $moment ms; last words: $(tail -n 1 "$work/killed.log")"
done

(distill "$work/killed") >/dev/null 2>"$work/killed.log" || { cat "$work/killed.log" >&2; exit 1; }

status=0
for file in student/student.safetensors student/class_vectors.safetensors student/model.json metrics.jsonl; do
  if cmp "$work/whole/$file" "$work/killed/$file"; then
    echo "$file: the same $(wc -c <"$work/whole/$file") bytes"
  else
    status=1
  fi
done
exit "$status"
