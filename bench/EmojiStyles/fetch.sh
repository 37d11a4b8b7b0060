#!/usr/bin/env bash
# Gets the pictures of the benchmark: public npm packages, checked by their SHA-512, unpacked, drawings rendered at 64 × 64.
# Nothing of it belongs into the repository. Needs npm (for nothing but `npm pack`), rsvg-convert (Debian: librsvg2-bin) and
# the .NET SDK; 160 MB to fetch, 300 MB on the disk.
#
#   bench/EmojiStyles/fetch.sh [FOLDER]     # bench/EmojiStyles/data unless told otherwise; git ignores it
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:-$here/data}
mkdir -p "$data/packages"
data=$(cd "$data" && pwd)
fail() { echo "fetch.sh: $*" >&2; exit 2; }
for tool in npm rsvg-convert dotnet; do
  command -v "$tool" >/dev/null || fail "there is no $tool on this machine. README.md beside this script says what is needed."
done

# Package, version, and what sha512sum says of its archive.
packages() {
  cat <<'LIST'
emoji-datasource-google 16.0.0 6517b17f3b3b315a0b9e6cd998db0ee132a19c0269e43fbe566e8fa54a47fe31104257a6a7797cf028d9f83a19d9f68cf51e10c5990e3c90a84fc0e53e17d0dc
emoji-datasource-twitter 16.0.0 ec5fae0ae1c7fbb427adcd793f9b676ef2a483d13ab65ce2e0c9d3dae5b5465378a4b613cdae9c3ff76cb487d20ccb698c52d6b997b05a0f2305bb8bd9ec842d
@lobehub/fluent-emoji-3d 1.1.0 5a5ab69554ad4e7afc043a48274a449d328ee0bb83c71a931214ef46d0f50cb445d267bba207914232a87a10c75ee549d9069e720979c1106feb4954006de1ee
openmoji 17.0.0 1019d8acd19d71dc3e3925e610d78d135c81351bbab4eada4e6a0ec946c99139af4fff97113a7c4592d2245cc3de5acf73937d0b3b323e7453934569e14688f7
@iconify-json/noto-v1 1.2.5 fc3b15322bacebd4347d14b9df3ed02b54d1392b9aafad3a8e2231fa5697b5db1818c5e97fa2ed1c1c7a0867e8a375071dbfd7a41b30fb52f5c777b23ea32e54
@iconify-json/emojione 1.2.3 4fdf93dc721b24d2ca2ac9b160a95a621be71d8933fc73584d5ed21c25d564f7de522e05aac918ef461e37cc980194fc702bfbc39bc9c52e10d66f336fd08c32
@iconify-json/emojione-v1 1.2.3 52323655011756d1a53c1bd0bb1122ceba3b4028017090ce630294ba9aaebef67c515e313a5be6e39214f3625859e8220162dead8efd8052cc676e94e8cb3ec3
@iconify-json/fluent-emoji-flat 1.2.6 458e3b4603dbe3b7d8522cab03ae2c20e2f4f94534dacdbdb17a4d05b2104415253e57cd1532949990c4446bb10ecffbc8d196a9062fb9a4983353387d15e553
LIST
}

while read -r name version sum; do
  archive=$(sed -e 's/^@//' -e 's,/,-,' <<<"$name")
  file=$data/packages/$archive-$version.tgz
  if [[ ! -f $file ]]; then
    echo "fetching $name@$version"
    (cd "$data/packages" && npm pack --silent "$name@$version" >/dev/null) || fail "npm pack $name@$version failed."
  fi
  [[ $(sha512sum <"$file" | cut -d' ' -f1) = "$sum" ]] \
    || fail "$file is not the archive that was measured: another SHA-512. Remove it and run this again."
  if [[ ! -d $data/packages/$archive ]]; then
    mkdir "$data/packages/$archive.part"
    tar -xzf "$file" -C "$data/packages/$archive.part"
    mv "$data/packages/$archive.part" "$data/packages/$archive"
  fi
done < <(packages)

dotnet build "$here" -c Release --nologo -v quiet >"$data/build.txt" || { cat "$data/build.txt" >&2; exit 1; }
program=$(echo "$here"/../../artifacts/bin/EmojiStyles/release*/EmojiStyles)
"$program" svg "$data" >"$data/svg.txt"

# Style and number of drawings: other numbers mean that names were joined otherwise than when the results were made.
diff -u <(printf '%s\n' 'openmoji 1376' 'noto-1 1006' 'emojione-2 879' 'emojione-1 743' 'fluent-flat 1312') "$data/svg.txt" >&2 \
  || fail "not the drawings that were measured: see the numbers above."
export data
while read -r style count; do
  mkdir -p "$data/png/$style"
  find "$data/svg/$style" -name '*.svg' -printf '%f\0' | xargs -0 -P "$(nproc)" -I{} sh -c \
    'png=$data/png/'"$style"'/$(basename {} .svg).png; [ -f "$png" ] || rsvg-convert -w 64 -h 64 -o "$png" "$data/svg/'"$style"'/{}"'
  [[ $(find "$data/png/$style" -name '*.png' | wc -l) = "$count" ]] || fail "$style: not all of $count drawings were rendered."
done <"$data/svg.txt"
echo "All there, in $data."
