#!/usr/bin/env bash
# The server under a bounded load from this machine: 1, 8 and 32 clients, with and without batches, libtorch and ONNX,
# float32 and int8; beside the same bytes asked through the library directly, gathered and behind a lock; beside what one
# writes first, an ASP.NET server with a lock around the classifier. Requests a second, times, memory at the end; then what
# the server has of the others at 8 clients. The clients share the machine's cores with the server. The student is the
# demo's unless one is given: a large one is bound by its arithmetic, a small one, whose picture takes a fraction of a
# millisecond, by everything around it; --true-size is a ViT-B/16 with random weights, of which a core answers some two
# pictures a second: only 8 clients then, 40 seconds each.
#
#   bench/serve.sh [--quick] [--true-size | STUDENT PICTURE]
#
# Nobody is measured in its first twelve seconds: .NET compiles what is called often a second time then, which takes a third
# of two cores. About eleven minutes on two cores, with --quick seven, with --true-size fifteen. Compare within one run only.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=6 warm=12 few=(1 8) many=(1 8 32)
[ "${1:-}" = --quick ] && { seconds=2; shift; }
size=demo
[ "${1:-}" = --true-size ] && { size=true seconds=40 few=(8) many=(8); shift; }
[ $# = 0 ] || { [ $# = 2 ] && [ $size = demo ]; } \
  || { echo "Usage: bench/serve.sh [--quick] [--true-size | STUDENT PICTURE]" >&2; exit 2; }
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
unset PROMPTKD_CLIP_VOCAB

for project in src/PromptKD.Cli bench/PromptKD.Serve; do
  dotnet build "$here/$project" -c Release --nologo -v quiet >"$work/build.txt" || { cat "$work/build.txt" >&2; exit 1; }
done
promptkd() { "$here"/artifacts/bin/PromptKD.Cli/release_*/PromptKD.Cli "$@"; }
serve() { "$here"/artifacts/bin/PromptKD.Serve/release_*/PromptKD.Serve "$@"; }

if [ $# = 2 ]; then
  student=$1 picture=$2
else
  # The demo's pictures serve for both.
  promptkd demo --recipe fast --output "$work/demo" >"$work/demo.txt" 2>&1 || { tail -5 "$work/demo.txt"; exit 1; }
  student=$work/demo/student
  picture=$(find "$work/demo/pictures" -name '*.png' | sort | sed -n 1p)
fi
if [ $size = true ]; then
  dotnet build "$here/bench/PromptKD.Speed" -c Release --nologo -v quiet >"$work/build.txt" \
    || { cat "$work/build.txt" >&2; exit 1; }
  "$here"/artifacts/bin/PromptKD.Speed/release_*/PromptKD.Speed onnx-write "$work/true" >/dev/null
  student=$work/true/student
fi
promptkd export --model "$student" --output "$work/float.onnx" >/dev/null 2>&1
promptkd export --model "$student" --output "$work/int8.onnx" --int8 >/dev/null 2>&1 || echo "int8 cannot be exported here: left out"

say() { echo "$1" | tee -a "$work/rows"; }

await() { # PROCESS LOG: sets $address when what was started answers
  for _ in $(seq 240); do
    address=$(sed -n 's/.*Now listening on: \(http[^ ]*\).*/\1/p' "$2" | sed -n 1p)
    [ -n "$address" ] && curl -sf "$address/health/ready" >/dev/null && return
    kill -0 "$1" 2>/dev/null || { cat "$2" >&2; exit 1; }
    sleep 0.25
  done
  echo "$2: nothing answers" >&2
  exit 1
}

ask() { # NAME CLIENTS...: asks what was started last, says its memory, and ends it
  local name=$1
  shift
  await "$server" "$work/log"
  serve load "$address" "$picture" 8 1 "$warm" >/dev/null
  for clients in "$@"; do
    say "$name  $(serve load "$address" "$picture" "$clients" "$seconds" 1)"
  done
  echo "$name  memory $(awk '/VmRSS/ { printf "%d MiB", $2 / 1024 }' "/proc/$server/status")"
  kill "$server"
  wait "$server" || true
  server=
}

ours() { # MODEL OPTIONS...
  local model=$1
  shift
  : >"$work/log"
  "$here"/artifacts/bin/PromptKD.Cli/release_*/PromptKD.Cli serve --model "m=$model" --listen http://127.0.0.1:0 "$@" \
    2>"$work/log" &
  server=$!
}

locked() { # MODEL
  : >"$work/log"
  "$here"/artifacts/bin/PromptKD.Serve/release_*/PromptKD.Serve locked "$1" http://127.0.0.1:0 >"$work/log" 2>&1 &
  server=$!
}

echo "measuring (load $(cut -d' ' -f1 /proc/loadavg), $(nproc) cores)"
for model in "$student" "$work/float.onnx" "$work/int8.onnx"; do
  [ -e "$model" ] || continue
  case $model in *int8.onnx) name="ONNX int8   " ;; *.onnx) name="ONNX float32" ;; *) name="torch       " ;; esac
  : >"$work/rows"
  for way in gathered shared lock; do
    say "$name  library, $way  $(serve direct "$model" "$picture" 8 "$seconds" "$warm" "$way")"
  done
  locked "$model"
  ask "$name  server with a lock" "${few[@]}"
  ours "$model"
  ask "$name  server, batches" "${many[@]}"
  ours "$model" --batch 1 --delay 0ms --workers 1
  ask "$name  server, singly " "${many[@]}"
  awk -v name="$name" '
    / 8 clients/ { for (at = 1; at < NF; at++) if ($at == "clients") rate = $(at + 1) }
    /library, gathered .* 8 clients/ { library = rate }
    /server with a lock .* 8 clients/ { locked = rate }
    /server, batches .* 8 clients/ { ours = rate }
    END {
      if (library && locked)
        printf "%s  at 8 clients the server has %.2f of the library, and %.2f times a server with a lock\n",
          name, ours / library, ours / locked
    }' "$work/rows"
done
echo "a Python server beside it: left out, since Debian 12 has FastAPI but no ONNX Runtime for Python"
