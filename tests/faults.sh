#!/usr/bin/env bash
# Lets the disk fail at each write of each verb, and kills the program there; holds how it ends, and that the same
# command goes on to the same bytes.
#
#   tests/faults.sh [--fault FAULT] … [--every N] [--first N] [--all] [--patience N] [--fresh] [CASE …]
#
#   --fault   full (half of that write fits, and nothing behind it), once (one call fails, input/output error), gone
#             (the output folder is moved away just before the call), kill (SIGKILL, in the middle of what is written):
#             all four by default
#   --all     every call. Without it every call that opens, names, links or deletes a file or makes a folder, and of
#             those that write or flush one file the first, second, middle and last; of more than 24 that are alike but
#             for digits in a name, and the folders between (the demo's pictures), sixteen
#   --every   each N-th of these; --first is the number of the first
#   --patience  minutes that a run may take until it counts as hanging: 5 by default
#   --fresh   starts a process for each run, and kills it. Without it the program's Main is called again and again in
#             one process, and a kill is a copy of the folder, taken in that moment of an undisturbed run
#   CASE      rows of tests/PromptKD.Faults/FaultCases.cs: all by default
#
# Each command runs twice undisturbed, and what it does below its output folder is listed: files opened to be written,
# bytes, flushes, renames, links, folders made, files deleted (tests/PromptKD.Faults/inject.c). Then it runs once for
# each of these calls, in a new folder, and that call fails. It has to end with exit code 2 and one line that names the
# folder, without a stack trace; or with 0, where it can do without. Then the same command runs again, undisturbed, and
# what it leaves is compared file for file with the first run; folders that are alike are gone on from once. Logs,
# curves and .digests.tsv are not compared. A command that wants a new folder may refuse the second start where all
# files are there. Needs a C compiler; exits 1 if a case fails. All of it takes hours, in memory (TMPDIR=/dev/shm) less.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v cc >/dev/null || { echo "skipped: there is no C compiler"; exit 0; }
program=${PROMPTKD_PROGRAM:-}
if [ -z "$program" ]; then
  ./promptkd --help >/dev/null
  program=artifacts/publish/promptkd/PromptKD.Cli
fi
walk=artifacts/bin/PromptKD.Faults/debug/PromptKD.Faults
[ -x "$walk" ] || dotnet build tests/PromptKD.Faults --nologo -v quiet
exec "$walk" --program "$program" "$@"
