#!/usr/bin/env bash
# Holds that several processes learn what one learns, and that nothing is lost when one of them dies.
#
#   tests/processes.sh [--kills N] [PART …]
#
# PART is equal, classified, refused, stopped, killed or machines; all but the last by default, which needs root. Needs Open MPI's mpirun (Debian: openmpi-bin), python3, and the
# demo's pictures, which the program draws. Runs of 1, 2 and 4 processes have to end within 1e-5 of each other, two of 4 in
# the same bytes; predict and evaluate by 1, 2 and 4 processes write the same files. Then one of four processes is killed
# with SIGKILL at N random moments (20): within a minute no process of the run may be left, and the same command has to end in
# the same bytes as a run that was never killed. Exits 1 if anything does not hold.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
kills=20 parts=()
while [ $# -gt 0 ]; do
  case $1 in
    --kills) kills=$2; shift 2 ;;
    *) parts+=("$1"); shift ;;
  esac
done
[ ${#parts[@]} -gt 0 ] || parts=(equal classified refused stopped killed)
command -v mpirun >/dev/null || { echo "Needs mpirun: install openmpi-bin."; exit 1; }

work=$(realpath "$(mktemp -d)")
trap 'rm -rf "$work"' EXIT
unset PROMPTKD_CLIP_VOCAB # Would win over the vocabulary that lies beside the demo's models.
export OMP_NUM_THREADS=1 SOURCE_DATE_EPOCH=1577836800 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
program=${PROMPTKD_PROGRAM:-}
if [ -z "$program" ]; then
  ./promptkd --help >/dev/null || exit 1
  program=$root/artifacts/publish/promptkd/PromptKD.Cli
fi
"$program" demo --pictures-only --output "$work" >/dev/null 2>&1 || exit 1
mkdir "$work/photos"
find "$work/pictures/photos" -type f | sort | sed -n "1,37p" | while read -r file; do cp "$file" "$work/photos/"; done
printf 'red circle\nblue square\ngreen star\n' >"$work/classes.txt"
mkdir "$work/shots"
while read -r name; do
  mkdir "$work/shots/$name"
  find "$work/pictures/test/$name" -type f | sort | sed -n "1,4p" | while read -r file; do cp "$file" "$work/shots/$name/"; done
done <"$work/classes.txt"

# EuroSAT's layout, of the same pictures.
mkdir -p "$work/data/eurosat/2750"
cp -r "$work/shots" "$work/data/eurosat/2750/test"
python3 - "$work" <<'END'
import json, os, sys
root = sys.argv[1]
names = open(f"{root}/classes.txt").read().split("\n")[:-1]
rows = [
    [f"test/{name}/{file}", label, name]
    for label, name in enumerate(names) for file in sorted(os.listdir(f"{root}/shots/{name}"))
]
with open(f"{root}/data/eurosat/split_zhou_EuroSAT.json", "w") as out:
    json.dump({part: rows for part in ("train", "val", "test")}, out)
END
held=0 broken=0
cd "$work" || exit 1

# mpirun N COMMAND …; more processes than cores have to give way to each other.
together() {
  local count=$1
  shift
  if [ "$count" = 1 ]; then
    "$@"
  else
    mpirun --oversubscribe --bind-to none --mca mpi_yield_when_idle 1 -n "$count" "$@"
  fi
}

# distill RECIPE OUTPUT MORE …: the command of a run.
distill() {
  local recipe=$1 output=$2
  shift 2
  echo "$program" distill --recipe "$recipe" --images photos --classes classes.txt --val shots --teacher "$root/demo/teacher" \
    --student "$root/demo/student" --precision fp32 --workers 1 --batch-size 10 --lr 0.0005 --kd-weight 10 --epochs 2 \
    --output "$output" "$@"
}

train() {
  echo "$program" train --root data --seed 1 --trainer PromptSRC --output-dir "$1" \
    --dataset-config-file "$root/configs/datasets/eurosat.yaml" \
    --config-file "$root/configs/trainers/PromptSRC/vit_b16_c2_ep20_batch4_4+4ctx.yaml" --student "$root/demo/plain-teacher" \
    DATASET.NUM_SHOTS 2 OPTIM.MAX_EPOCH 2 TRAINER.PROMPTSRC.GPA_MEAN 2 TRAINER.PROMPTSRC.PREC fp32 \
    TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION 2 TRAINER.PROMPTSRC.PROMPT_DEPTH_TEXT 2 TRAIN.CHECKPOINT_FREQ 1
}

holds() {
  if [ "$2" = 0 ]; then
    held=$((held + 1))
  else
    broken=$((broken + 1))
    echo "BROKEN: $1"
  fi
}

# near FILE FILE: within 1e-5.
near() {
  local distance
  distance=$(python3 "$root/tests/processes/compare.py" "$@") || return 1
  python3 -c "import sys; sys.exit(not float('$distance') <= 1e-5)" || { echo "$1 and $2 differ by $distance"; return 1; }
}

equal() {
  local kind count command
  for kind in paper paper-stored fast teach train; do
    for count in 1 2 4 4b; do
      case $kind in
        paper) command=$(distill paper "$kind-$count") ;;
        paper-stored) command=$(distill paper "$kind-$count" --views 1) ;;
        fast) command=$(distill fast "$kind-$count" DISTILL.START.EPOCHS 3 DISTILL.START.BATCH_SIZE 10) ;;
        teach) command="$program teach --data shots --clip $root/demo/plain-teacher --shots 3 --epochs 2 --batch-size 5 --precision fp32 --output $kind-$count" ;;
        train) command=$(train "$kind-$count") ;;
      esac
      # shellcheck disable=SC2086
      together "${count%b}" $command >"$kind-$count.out" 2>&1
      holds "$kind by $count ends" $?
    done
    local last=checkpoints/last.safetensors
    if [ "$kind" = fast ]; then
      last=checkpoints/start.safetensors
    fi
    near "$kind-1/$last" "$kind-2/$last"
    holds "$kind: 2 processes learn what 1 does" $?
    near "$kind-1/$last" "$kind-4/$last"
    holds "$kind: 4 processes learn what 1 does" $?
    cmp "$kind-4/$last" "$kind-4b/$last"
    holds "$kind: two runs of 4 end in the same bytes" $?
  done
}

# classify COUNT MORE …: what predict and evaluate write, into files with the number of processes in their names.
classify() {
  local count=$1
  together "$count" "$program" predict --model student --top 3 --output "answers-$count.jsonl" --sort-into "sorted-$count" \
    many >"classify-$count.out" 2>&1 || return 1
  together "$count" "$program" predict --model student --format csv many >"answers-$count.csv" 2>>"classify-$count.out" || return 1
  together "$count" "$program" evaluate --model student --data many --base 2 --json "report-$count.json" \
    --confusion "confusion-$count.csv" --mistakes "mistakes-$count" >>"classify-$count.out" 2>&1
}

classified() {
  # shellcheck disable=SC2046
  $(distill paper classified OPTIM.MAX_EPOCH 1) >classified.out 2>&1
  holds "a student to classify with" $?
  cp -r "$work/classified/student" student
  local count file

  # Of several batches: each picture many times.
  cp -r shots many
  find shots -name "*.png" | while read -r file; do
    for count in $(seq 20); do cp "$file" "many/${file#shots/}-$count.png"; done
  done
  printf 'no picture' >"many/red circle/broken.png"
  for count in 1 2 4; do
    classify "$count"
    holds "predict and evaluate by $count end" $?
  done
  for count in 2 4; do
    for file in answers-%.jsonl answers-%.csv sorted-% report-%.json confusion-%.csv mistakes-%; do
      diff -r "${file/\%/1}" "${file/\%/$count}"
      holds "$count processes write the ${file} of one" $?
    done
  done
  rm -rf many/"red circle"
  # shellcheck disable=SC2086
  refuses "process 2 of 2 (on .*) differs from process 1 (on .*): --top is 2 there, 1 here" mpirun --oversubscribe --bind-to none \
    -n 1 "$program" predict --model student many : -n 1 "$program" predict --model student --top 2 many
  refuses "the number of pictures is" mpirun --oversubscribe --bind-to none \
    -n 1 "$program" evaluate --model student --data many : -n 1 "$program" evaluate --model student --data shots
}

# refuses WORDS COMMAND …: one line, exit code 2.
refuses() {
  local words=$1 line
  shift
  line=$("$@" 2>&1 >/dev/null)
  [ $? = 2 ] && [ "$(grep -c '^promptkd: ' <<<"$line")" = 1 ] && grep -q "$words" <<<"$line"
  holds "refuses: $words ($line)" $?
}

refused() {
  local plain
  plain=$(distill paper refused)
  # shellcheck disable=SC2086
  refuses "process 2 of 2 (on .*) differs from process 1 (on .*): OPTIM.LR is 0.1 there" \
    mpirun --oversubscribe --bind-to none -n 1 $plain : -n 1 $plain OPTIM.LR 0.1
  mkdir -p others
  cp photos/* others/
  local victim
  victim=$(find others -type f | sort | sed -n 1p)
  cp "$(find others -type f | sort | tail -1)" "$victim"
  # shellcheck disable=SC2086
  refuses "process 2 of 2 (on .*) differs from process 1 (on .*): the SHA-256 of its pictures is" \
    mpirun --oversubscribe --bind-to none -n 1 $plain : -n 1 $plain DISTILL.IMAGES others
  rm "$victim"
  # shellcheck disable=SC2086
  refuses "the number of pictures is 36 there, 37 here" \
    mpirun --oversubscribe --bind-to none -n 1 $plain : -n 1 $plain DISTILL.IMAGES others
  # shellcheck disable=SC2086
  refuses "4 processes cannot share batches of 3" together 4 $plain DATALOADER.TRAIN_X.BATCH_SIZE 3
  refuses "is the work of one process, and 2 were started" together 2 "$program" recipes
  # shellcheck disable=SC2086
  refuses "started by MPICH" env PMI_SIZE=4 PMI_RANK=0 $plain
  # shellcheck disable=SC2086
  refuses "srun started 4 tasks that know nothing" env SLURM_STEP_NUM_TASKS=4 SLURM_STEP_ID=0 $plain
  # shellcheck disable=SC2086
  refuses "give 1 or more" $plain --processes 0
  # shellcheck disable=SC2086
  refuses "each process needs one" $plain --processes 1000
}

stopped() {
  local command
  command=$(distill paper stopped)
  # shellcheck disable=SC2086
  $command --processes 2 OPTIM.MAX_EPOCH 40 >stopped.out 2>&1 &
  local pid=$!
  until grep -q "^epoch 1:" stopped.out || ! kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  kill -TERM "$pid" # A shell without a terminal lets its background jobs ignore SIGINT.
  wait "$pid"
  [ $? = 130 ] && grep -q "Saved behind" stopped.out && [ -f stopped/checkpoints/last.safetensors ]
  holds "a signal to stop ends all processes behind a step, and saves" $?
  nothing_left stopped
  holds "a signal to stop leaves no process" $?
}

# nothing_left OUTPUT: no process of a run is left.
nothing_left() {
  local left=600
  while pgrep -f -- "--output $1( |\$)" >/dev/null; do
    sleep 0.1
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
  done
}

killed() {
  local whole=killed-whole round command victims
  command=$(distill paper "$whole" TRAIN.CHECKPOINT_MINUTES 0.01)
  local begun=$SECONDS
  # shellcheck disable=SC2086
  together 4 $command >"$whole.out" 2>&1
  holds "a run of 4 that is not killed ends" $?
  local takes=$((SECONDS - begun + 1))
  for round in $(seq "$kills"); do
    command=$(distill paper "killed-$round" TRAIN.CHECKPOINT_MINUTES 0.01)
    # shellcheck disable=SC2086
    together 4 $command >"killed-$round.out" 2>&1 &
    local mpirun=$!
    sleep "$(python3 -c "import random; print(random.uniform(0.2, $takes))")"
    mapfile -t victims < <(pgrep -P "$mpirun" -f -- "--output killed-$round( |\$)")
    if [ ${#victims[@]} -gt 0 ]; then
      kill -9 "${victims[RANDOM % ${#victims[@]}]}"
    fi
    wait "$mpirun"
    nothing_left "killed-$round"
    holds "kill $round: no process hangs" $?
    # shellcheck disable=SC2086
    together 4 $command >>"killed-$round.out" 2>&1
    holds "kill $round: the same command goes on to the end" $?
    cmp "$whole/student/student.safetensors" "killed-$round/student/student.safetensors"
    holds "kill $round: nothing is lost" $?
    rm -rf "killed-$round"
  done
}

# A run of several machines, which this one plays.
machines() {
  source "$root/tests/processes/machines.sh"
  require_machines
  trap 'machines_down; rm -rf "$work"' EXIT
  machines_up 4 1000 "$work"
  local command victim mpirun last=checkpoints/last.safetensors

  # shellcheck disable=SC2046
  $(distill paper machines-1) >machines-1.out 2>&1
  holds "machines: one process ends" $?
  # shellcheck disable=SC2046
  on_machines 4 $(distill paper machines-4) >machines-4.out 2>&1
  holds "machines: 4 of them end" $?
  near "machines-1/$last" "machines-4/$last"
  holds "machines: 4 of them learn what one process does" $?
  on_machines 4 "$program" predict --model machines-4/student --output machines-4.jsonl shots >>machines-4.out 2>&1
  "$program" predict --model machines-4/student --output machines-1.jsonl shots >>machines-4.out 2>&1
  cmp machines-1.jsonl machines-4.jsonl
  holds "machines: 4 of them answer what one process does" $?
  # shellcheck disable=SC2046
  refuses "process 3 of 4 (on machine3) differs from process 1 (on machine1): OPTIM.LR is 0.1 there" \
    on_machines 2 $(distill paper machines-refused) : -n 1 --host 10.77.0.3 $(distill paper machines-refused) OPTIM.LR 0.1 \
    : -n 1 --host 10.77.0.4 $(distill paper machines-refused)

  # A machine that goes with all that runs on it.
  command=$(distill paper machines-gone TRAIN.CHECKPOINT_MINUTES 0.01)
  # shellcheck disable=SC2086
  on_machines 4 $command >machines-gone.out 2>&1 &
  mpirun=$!
  until [ -f "machines-gone/$last" ] || ! kill -0 "$mpirun" 2>/dev/null; do sleep 0.1; done
  # shellcheck disable=SC2046
  kill -9 $(ip netns pids "$machines-3")
  wait "$mpirun"
  nothing_left machines-gone
  holds "machines: one that goes ends the others" $?
  # shellcheck disable=SC2086
  on_machines 4 $command >>machines-gone.out 2>&1
  cmp machines-4/student/student.safetensors machines-gone/student/student.safetensors
  holds "machines: nothing is lost by one that goes" $?

  # A machine whose network is gone: the others hear nothing, and Open MPI asks after some time.
  # shellcheck disable=SC2046
  on_machines 4 --mca oob_tcp_keepalive_time 5 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3 \
    $(distill paper machines-cut TRAIN.CHECKPOINT_MINUTES 0.01 OPTIM.MAX_EPOCH 2000) >machines-cut.out 2>&1 &
  mpirun=$!
  until [ -f "machines-cut/$last" ] || ! kill -0 "$mpirun" 2>/dev/null; do sleep 0.1; done
  ip link set "$machines-3" down
  local begun=$SECONDS
  wait "$mpirun"
  [ $((SECONDS - begun)) -lt 60 ]
  holds "machines: one that is cut off ends the others within a minute" $?
  # shellcheck disable=SC2046
  kill -9 $(ip netns pids "$machines-3") 2>/dev/null
  nothing_left machines-cut
  holds "machines: no process of a run that lost one is left" $?
  machines_down
}

for part in "${parts[@]}"; do
  "$part"
done
echo "$held held, $broken broken"
[ "$broken" = 0 ]
