#!/usr/bin/env bash
# Asks a server good and bad things for ten minutes: no growth, no error but the deserved ones. `dotnet build PromptKD.slnx` first.
#   tests/soak.sh STUDENT PICTURE [SECONDS]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ $# -ge 2 ] || { sed -n "3s/^# *//p" "$0" >&2; exit 2; }
source "$here/tests/served.sh" "$1"
"$client" soak "$address" "$2" "${3:-600}" "$server"
