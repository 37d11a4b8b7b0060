#!/usr/bin/env bash
# Drives the server's page in Debian's Chromium. Where there is no browser, node or npm, it says so and ends well.
#   tests/page.sh [PROGRAM [SCREENSHOTS]]   PROGRAM: a built promptkd [default: ./promptkd]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${1:-$here/promptkd}
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
for need in "${chromium:-chromium}" node npm; do
  command -v "$need" >/dev/null || { echo "skipped: there is no $need"; exit 0; }
done

work=$(mktemp -d)
trap 'echo "page.sh: line $LINENO failed: $BASH_COMMAND"' ERR # Never ends in silence.
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
unset PROMPTKD_CLIP_VOCAB
export OMP_NUM_THREADS=1
cp -r "$here/tests/page" "$work/page"
(cd "$work/page" && npm install --silent --no-audit --no-fund --ignore-scripts) || { echo "skipped: npm cannot be reached"; exit 0; }

student=${STUDENT:-}
if [ -z "$student" ]; then
  "$program" demo --recipe fast --output "$work/demo" >"$work/demo.log" 2>&1 || { tail -5 "$work/demo.log"; exit 1; }
  student=$work/demo/student
fi
picture=${PICTURE:-$(find "$work/demo" -path '*photos*' -name '*.png' | sort | sed -n 1p)}
name=${CLASS:-$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).classNames[0]' "$student/model.json")}

"$program" serve --model "demo=$student" --listen http://127.0.0.1:0 --collect "$work/collected" 2>"$work/log" &
server=$!
for _ in $(seq 120); do
  address=$(sed -n 's/.*Now listening on: \(http[^ ]*\).*/\1/p' "$work/log" | sed -n 1p)
  [ -n "$address" ] && node -e 'fetch(process.argv[1]).then(it => process.exit(it.ok ? 0 : 1), () => process.exit(1))' \
    "$address/health/ready" && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.5
done
node "$work/page/drive.mjs" "$address" "$chromium" "$picture" "$name" "$work/collected" "${2:-}"
