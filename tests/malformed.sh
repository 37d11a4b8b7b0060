#!/usr/bin/env bash
# Sends malformed requests to a server: each gets a 4xx within a second, and the server lives. `dotnet build PromptKD.slnx` first.
#   tests/malformed.sh STUDENT [COUNT [SEED]]     10,000 of seed 1 unless told
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ $# -ge 1 ] || { sed -n "3s/^# *//p" "$0" >&2; exit 2; }
source "$here/tests/served.sh" "$1"
"$client" malformed "$address" "${2:-10000}" "${3:-1}"
curl -sf "$address/health/ready" >/dev/null
