#!/usr/bin/env bash
# Restores, checks the format, builds, tests, runs the samples, puts mutated files and odd things in front of the
# program, and drives the server's page in a browser. The last line is "N passed, N failed".
#
#   ./build.sh               everything
#   ./build.sh golden DIR    only: holds our numbers against the reference vectors below DIR, case by case
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Most of what tests call is called too seldom for the runtime's profiles to pay: a sixth less of the processor without.
export DOTNET_TieredPGO=0

if [ "${1:-}" = golden ]; then
  dotnet build tests/PromptKD.Golden -v quiet --nologo >&2 || exit 1
  exec artifacts/bin/PromptKD.Golden/debug_*/PromptKD.Golden "${@:2}"
fi

fail() {
  echo "$1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

dotnet restore PromptKD.slnx -v quiet || fail "The restore failed."
# The build holds most rules of .editorconfig; these it does not know. (All of dotnet format would analyse everything
# twice, for two minutes more.)
check_format() { dotnet format "$1" PromptKD.slnx --no-restore --verify-no-changes "${@:2}"; }
{ check_format whitespace && check_format style --diagnostics IMPORTS IDE0003 IDE0009; } ||
  fail "The format differs: run dotnet format."
dotnet build PromptKD.slnx --no-restore -v quiet --nologo || fail "The build failed."

# Tests that want a process to themselves, one behind the other, have one beside that of all others, and beside the
# samples and the fuzzing behind these: it ends last.
log=$(mktemp) alone=$(mktemp)
trap 'rm -f "$log" "$alone"' EXIT
run_tests() { dotnet test --no-build --solution PromptKD.slnx "$@" 2>&1; }
run_tests --filter-trait "process=its own" >"$alone" &
running=$!
run_tests --filter-not-trait "process=its own" | tee "$log"
status=${PIPESTATUS[0]}
passed=0 failed=0

if samples/run.sh; then passed=$((passed + 1)); else failed=$((failed + 1)); status=1; fi

# Mutated files in front of every reader: about a minute.
if artifacts/bin/PromptKD.Fuzz/debug_*/PromptKD.Fuzz --cases 20000; then
  passed=$((passed + 1))
else
  failed=$((failed + 1)) status=1
fi

wait $running || status=$?
tee -a "$log" <"$alone"
count() { sed -nE "s/^ *$1: ([0-9]+)$/\1/p" "$log" | awk '{ all += $1 } END { print all + 0 }'; }
passed=$((passed + $(count succeeded))) failed=$((failed + $(count failed))) skipped=$(count skipped)

if tests/robustness.sh; then passed=$((passed + 1)); else failed=$((failed + 1)); status=1; fi

# Where there is a browser: the server's page.
if tests/page.sh artifacts/bin/PromptKD.Cli/debug_*/PromptKD.Cli; then
  passed=$((passed + 1))
else
  failed=$((failed + 1)) status=1
fi

# Whoever reads the last line alone is told of tests that never came to count, too.
[ "${status:-0}" = 0 ] || [ "$failed" -gt 0 ] || failed=1

# What failed above, where whoever sees only the end finds it.
sed -nE 's/^failed (.*)$/failed: \1/p' "$log"

# Tests that need CLIP's vocabulary skip on a machine without it: say so, where it happened.
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
exit "$status"
