#!/usr/bin/env bash
# Pictures a second that a host answers for eight clients with the demo's student: behind a lock, shared, gathered. Less
# than a minute. Compare within one run only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PROMPTKD_CLIP_VOCAB # Would win over the vocabulary that lies beside the demo's models.

./promptkd demo --pictures-only --output "$work/demo" >&2
./promptkd distill --images "$work/demo/pictures/photos" --classes "$work/demo/pictures/classes.txt" --teacher demo/teacher \
  --student demo/student --output "$work/run" --recipe paper --epochs 1 >&2
dotnet run -c Release bench/HostRequests.cs -- "$work/run/student" "$work"/demo/pictures/test/*/001.png
