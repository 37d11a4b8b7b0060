# Files that mean harm, and files that cannot be read, end in one line: within seconds, and without gigabytes.

# Runs the program with at most 20 s of time and 3 GB of memory of its own, whatever the file asks for.
guarded() { (ulimit -d 3000000; exec timeout 20 "$program" "$@"); }

hostile=$here/hostile
mkdir -p "$hostile/photos"
find "$pictures/photos" -name '*.png' | sort | head -8 | xargs -I{} cp {} "$hostile/photos"

run promptkd distill --recipe paper --images "$hostile/photos" --classes "$pictures/classes.txt" --teacher "$teacher" \
  --student "$student" --output "$hostile/run" --epochs 1 --batch-size 4
expect "a small run" 0 - "The student is in"
package=$hostile/run/student

printf 'PAR1\x15\x01\x00\x00\x00PAR1' >"$hostile/few.parquet"
run guarded distill --recipe paper --images "$hostile/few.parquet" --classes a,b --teacher "$teacher" --student "$student" \
  --output "$here/run"
expect "13 bytes of parquet" 2 1 "few.parquet: not a whole parquet file"

printf '&a [*a, *a]' >"$hostile/alias.yaml"
run guarded train --config-file "$hostile/alias.yaml" --output-dir "$here/run"
expect "YAML that contains itself" 2 1 "alias.yaml:1:5: not valid YAML"

printf 'SEED: !!python/name:os.system 1' >"$hostile/tag.yaml"
run guarded train --config-file "$hostile/tag.yaml" --output-dir "$here/run"
expect "a tag of Python's" 2 1 "tag.yaml:1:7: the tag !!python/name:os.system means nothing here"

printf '[%.0s' $(seq 20000) >"$hostile/deep.yaml"
run guarded train --config-file "$hostile/deep.yaml" --output-dir "$here/run"
expect "brackets without end" 2 1 "deep.yaml:1:"

mkdir -p "$hostile/log"
{ printf '** Config **\n************\nTRAINER: '; printf '[%.0s' $(seq 20000); printf '\n'; } >"$hostile/log/log.txt"
run guarded report "$hostile/log"
expect "a log of brackets" 2 1 "log.txt:"

# A file name is no result: only a line that begins as one counts.
mkdir -p "$hostile/forged"
cat >"$hostile/forged/log.txt" <<'LOG'
** Config **
************
DATASET:
  NAME: DescribableTextures
SEED: 1
TRAINER:
  NAME: CoOp

epoch [1/1]
Finish training
warning: skipped x * accuracy: 99.9%.jpg: no such file
LOG
run guarded report "$hostile/forged"
expect "a file name that looks like a result" 2 1 "No finished run"

head -c 50000000 /dev/zero | gzip -9 >"$hostile/bpe.txt.gz"
run guarded teach --data "$pictures/test" --clip "$teacher" --vocab "$hostile/bpe.txt.gz" --output "$here/run"
expect "a vocabulary that unpacks without end" 2 - "bpe.txt.gz: cannot be read as a vocabulary"

cp -r "$package" "$hostile/student"
sed -i 's/"visionWidth": [0-9]*/"visionWidth": 60000/; s/"visionHeads": [0-9]*/"visionHeads": 1/' "$hostile/student/model.json"
run guarded predict --model "$hostile/student" "$pictures/test"
expect "a package that asks for gigabytes" 2 1 "student"

echo null >"$hostile/student/model.json"
run guarded predict --model "$hostile/student" "$pictures/test"
expect "a package that says nothing" 2 1 "model.json: damaged"

# 40 MB of text before the pixels, which the decoder would copy ten thousand times.
python3 - "$(find "$pictures/photos" -name '*.png' | head -1)" "$hostile/text.png" <<'PYTHON'
import struct, sys, zlib
png, text = open(sys.argv[1], "rb").read(), b"tEXtComment\0" + b"a" * 40_000_000
chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
open(sys.argv[2], "wb").write(png[:33] + chunk + png[33:])
PYTHON
run guarded predict --model "$package" "$hostile/text.png"
expect "a picture with 40 MB of text" 0 0 "text.png"

# What is printed of a name stays in its line, and does nothing to a terminal.
mkdir -p "$hostile/names"
printf 'no picture' >"$hostile/names/"$'a\nb\e[31m.png'
run guarded predict --model "$package" "$hostile/names/"$'a\nb\e[31m.png'
expect "a file name with a line break and an escape sequence" 2 - 'a\\nb\\u001B\[31m\.png'
check "no escape sequence reaches the terminal" eval '! grep -q "$(printf "\033")" "$work/out" "$work/err"'

# Owners of mapped file systems are larger than octal digits have room for.
mkdir -p "$hostile/tar"
cp "$(find "$pictures/photos" -name '*.png' | head -1)" "$hostile/tar/one.png"
tar -C "$hostile/tar" --format=gnu --owner=user:2000000000 --group=group:3000000000 --mtime=@-5 -cf "$hostile/owners.tar" one.png
run guarded predict --model "$package" "$hostile/owners.tar"
expect "a tar archive with large owners and a time before 1970" 0 - "owners.tar/one.png"

# Files that may not be read. As the superuser everything may be, so another user looks.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp "$program" "$@"; }
  chmod a+rx "$work" "$here"
  secret=$here/secret
  for kind in classes.txt few.parquet owners.tar alias.yaml bpe.txt.gz; do
    install -m 000 /dev/null "$secret-$kind"
  done
  cp -r "$package" "$secret-student" && chmod 000 "$secret-student/model.json"
  if run as_nobody --help && [ "$code" = 0 ]; then
    run as_nobody predict --model "$secret-student" "$pictures/test"
    expect "a package that may not be read" 2 1 "secret-student"
    run as_nobody predict --model "$package" "$secret-owners.tar"
    expect "a shard that may not be read" 2 1 "secret-owners.tar"
    run as_nobody train --config-file "$secret-alias.yaml" --output-dir "$work/nobody"
    expect "a configuration that may not be read" 2 1 "secret-alias.yaml"
    run as_nobody distill --recipe paper --images "$pictures/photos" --classes "$secret-classes.txt" --teacher "$teacher" \
      --student "$student" --output "$work/nobody"
    expect "class names that may not be read" 2 1 "secret-classes.txt"
  else
    skip "files that may not be read" "another user cannot start the program here"
  fi
else
  skip "files that may not be read" "needs the superuser and setpriv"
fi
