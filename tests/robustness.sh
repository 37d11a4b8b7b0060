#!/usr/bin/env bash
# Puts odd things in front of the built program, and holds what it says, how it ends, and what lies on disk.
#
#   tests/robustness.sh [PART …]     PART: a file of tests/robustness without its ending; all of them by default
#
# A part is a list of small cases. Each starts the program once or twice, and says with `expect` which exit code, how
# many lines and which words are right; a stack trace is never right. Needs nothing but the checkout; what a machine
# cannot do (mount a small file system, say) is named as skipped. Exits 1 if a case fails.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
unset PROMPTKD_CLIP_VOCAB # Would win over the vocabulary that lies beside the demo's models.
at_once=$(env -u OMP_NUM_THREADS nproc) # nproc takes that variable for the number of processors.
export OMP_NUM_THREADS=1 NO_COLOR=1

top=$(mktemp -d)
work=$top # A part has a folder of its own below.
chmod a+rx "$top"
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$top"' EXIT
held=0 broken=0 skipped=0

# Runs a command, keeps what it says and how it ends: $work/out (what came on stdout), $work/err, $code.
run() {
  code=0
  "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# expect NAME CODE LINES PATTERN: the last run ended with CODE, said LINES lines on stderr ("-": any number), and what
# it said, on either, matches the extended regular expression PATTERN.
expect() {
  local name=$1 wanted=$2 lines=$3 pattern=$4 fault=""
  [ "$code" = "$wanted" ] || fault+=" exit code $code, not $wanted;"
  [ "$lines" = - ] || [ "$(wc -l <"$work/err")" = "$lines" ] || fault+=" $(wc -l <"$work/err") lines, not $lines;"
  grep -qE -- "$pattern" "$work/out" "$work/err" || fault+=" nothing says '$pattern';"
  ! grep -qE '^ +at [A-Z][A-Za-z.]+|Unhandled exception' "$work/out" "$work/err" || fault+=" a stack trace;"
  verdict "$name" "$fault"
}

# check NAME COMMAND …: the command succeeds.
check() {
  local name=$1
  shift
  if "$@"; then verdict "$name" ""; else verdict "$name" " '$*' does not hold;"; fi
}

verdict() {
  if [ -z "$2" ]; then
    held=$((held + 1))
    echo "held    $1"
  else
    broken=$((broken + 1))
    echo "BROKEN  $1:$2"
    sed 's/^/        out: /' "$work/out" | sed -n 1,5p
    sed 's/^/        err: /' "$work/err" | sed -n 1,5p
  fi
}

skip() {
  skipped=$((skipped + 1))
  echo "skipped $1: $2"
}

# The program itself, without the wrapper that looks for what is stale.
program=${PROMPTKD_PROGRAM:-}
if [ -z "$program" ]; then
  ./promptkd --help >"$work/out" || exit 1
  program=$root/artifacts/publish/promptkd/PromptKD.Cli
fi
promptkd() { "$program" "$@"; }

# The demo's pictures: photos/ (unlabelled), test/CLASS/ (labelled), classes.txt. Parts copy what they change.
"$program" demo --pictures-only --output "$work" >/dev/null || exit 1
pictures=$work/pictures
teacher=$root/demo/teacher
student=$root/demo/student
plain_teacher=$root/demo/plain-teacher

# Runs a part by itself, which leaves its counts behind when it ends.
part() {
  work=$top/$1 here=$top/$1/here # What the last run said, and a folder for the part's own.
  mkdir -p "$here"
  # shellcheck source=/dev/null
  source "$root/tests/robustness/$1.sh"
  echo "$held $broken $skipped" >"$work/counts"
}

# The longest first, so that none of them is left to itself at the end.
longest=(terminal paths permissions)
parts=("$@")
if [ ${#parts[@]} = 0 ]; then
  mapfile -t parts < <(printf '%s\n' "${longest[@]}" && basename -s .sh "$root"/tests/robustness/*.sh \
    | grep -vxF "$(printf '%s\n' "${longest[@]}")")
fi

# As many at a time as there are cores; each is shown as a whole.
for part in "${parts[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n; done
  part "$part" >"$top/$part.log" 2>&1 &
done
wait
for part in "${parts[@]}"; do
  echo "== $part"
  cat "$top/$part.log"
  read -r one two three 2>/dev/null <"$top/$part/counts" || { echo "BROKEN  $part ended before its last case"; one=0 two=1 three=0; }
  held=$((held + one)) broken=$((broken + two)) skipped=$((skipped + three))
done

echo "$held held, $broken broken, $skipped skipped"
[ "$broken" = 0 ]
