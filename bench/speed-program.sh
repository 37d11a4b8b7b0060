# Sourced with the arguments of a script that takes --quick alone: sets $here and $work (removed at the end), builds the program
# that measures, and defines speed, which runs it.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "$*" in
  "" | --quick) ;;
  *) echo "Usage: bench/$(basename "$0") [--quick]" >&2; exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build "$here/bench/PromptKD.Speed" -c Release --nologo -v quiet >"$work/build.txt" \
  || { cat "$work/build.txt" >&2; exit 1; }
speed() { "$here"/artifacts/bin/PromptKD.Speed/release_*/PromptKD.Speed "$@"; }
