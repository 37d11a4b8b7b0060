#!/usr/bin/env bash
# Decodes every picture of Pillow's own test suite with the library and with Pillow, and prints a table of how many are
# equal in every bit, which differ and by how much, and which either refuses. bench/robustness.md has the numbers.
#
#   bench/pillow.sh [--list] [--upright]
#
# --list names each file that is not equal; --upright compares with ImageOps.exif_transpose. Needs Debian or Ubuntu, with
# python3: Pillow's source and python3-pil come from Debian's archive into a temporary folder; nothing is installed or
# kept. A python3 that has Pillow already is used as it is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

printf 'deb-src %s main\n' "http://deb.debian.org/debian bookworm" "http://deb.debian.org/debian-security bookworm-security" \
  >sources.list
mkdir -p lists/partial
own=(-o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists"
  -o Dir::Cache="$work")
apt-get "${own[@]}" update >/dev/null
apt-get "${own[@]}" source --download-only pillow >/dev/null 2>&1
tar xf pillow_*.orig.tar.*

python=(python3)
if ! python3 -c "import PIL" 2>/dev/null; then
  mapfile -t missing < <(apt-get install --no-install-recommends -s python3-pil | awk '/^Inst/ { print $2 }')
  apt-get download "${missing[@]}" >/dev/null 2>&1
  for package in ./*.deb; do
    dpkg -x "$package" root
  done
  python=(env "PYTHONPATH=$work/root/usr/lib/python3/dist-packages"
    "LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu" /usr/bin/python3)
fi

dotnet build "$here/bench/PromptKD.Decode" -c Release --nologo -v quiet >&2
"${python[@]}" "$here/bench/pillow.py" "$here/artifacts/bin/PromptKD.Decode/release/PromptKD.Decode" \
  "$work"/[Pp]illow-*/Tests/images "$@" 2>/dev/null
