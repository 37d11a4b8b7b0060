#!/usr/bin/env bash
# Reads pictures from a real S3-compatible server and compares with the same shards on disk: a run from s3:// must end in
# the same bytes, also where the server is stopped for ten seconds, or killed and started again ten seconds later, amid
# it. Shards are uploaded by a client of others. The last line is "N held, N broken".
#
#   tests/remote.sh            with s3rver (npm), or moto_server (pip) where that is not found
#   tests/remote.sh moto       with moto_server
#
# Needs the built program, the aws command, and one server: npm install --prefix DIR s3rver, then S3RVER=DIR/node_modules/.bin/s3rver.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${PROMPTKD:-$(ls -t "$here"/artifacts/bin/PromptKD.{Cli,Tests}/*/PromptKD.Cli 2>/dev/null | sed -n 1p)}
[ -n "$program" ] || { echo "Build first: dotnet build src/PromptKD.Cli" >&2; exit 2; }
command -v aws >/dev/null || { echo "No aws command: pip install awscli" >&2; exit 2; }
s3rver=${S3RVER:-$(command -v s3rver || true)}
kind=${1:-$([ -n "$s3rver" ] && echo s3rver || echo moto)}
port=${PORT:-4571}
unset PROMPTKD_CLIP_VOCAB
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER AWS_REGION=us-east-1
export AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
work=$(mktemp -d)
server=
trap 'kill -CONT "$server" 2>/dev/null; kill -9 "$server" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
source "$here/tests/checks.sh"

serve() { # Starts the server, and waits until it answers.
  if [ "$kind" = moto ]; then
    moto_server -p "$port" >>"$work/server.log" 2>&1 &
  else
    "$s3rver" -d "$work/data" -p "$port" -a 127.0.0.1 --configure-bucket photos >>"$work/server.log" 2>&1 &
  fi
  server=$!
  for _ in $(seq 100); do
    curl -s -o "$work/answer" "$AWS_ENDPOINT_URL" && return 0
    sleep 0.2
  done
  cat "$work/server.log" >&2
  exit 1
}

upload() { aws s3 cp --only-show-errors "$@"; }
distil() { # IMAGES OUTPUT
  "$program" distill --images "$1" --output "$work/$2" --classes "$work/demo/pictures/classes.txt" \
    --teacher "$here/demo/teacher" --student "$here/demo/student" --recipe paper --epochs "${EPOCHS:-3}" --device cpu
}
same_student() { # OUTPUT: as the run from disk, byte for byte
  local file
  for file in "$work"/local/student/*; do
    cmp "$file" "$work/$1/student/${file##*/}" || return 1
  done
  cmp <(zcat "$work/local/pictures.tsv.gz") <(zcat "$work/$1/pictures.tsv.gz")
}
refuses() { # TEXT COMMAND...: one line with the text, exit code 2
  local text=$1 out
  shift
  out=$("$@" 2>&1 >"$work/stdout")
  [ $? -eq 2 ] || { echo "no exit code 2: $out"; return 1; }
  out=$(grep -v '^Looking at' <<<"$out")
  echo "$out"
  [ "$(wc -l <<<"$out")" -eq 1 ] && grep -F "$text" <<<"$out" >"$work/found"
}

"$program" demo --pictures-only --output "$work/demo" >"$work/log" 2>&1
mkdir "$work/shards" "$work/data"
# Larger than what is kept in memory, 32 parts of 1 MiB: so that learning asks the server. Decoders end before the rest.
head -c 100000 /dev/urandom >"$work/rest"
for picture in "$work"/demo/pictures/photos/*.png; do
  cat "$work/rest" >>"$picture"
done
(cd "$work/demo/pictures/photos" && find . -name '*.png' | sort) >"$work/names"
split -n l/3 -d "$work/names" "$work/part-"
for part in 0 1 2; do
  tar -C "$work/demo/pictures/photos" -cf "$work/shards/shard-00$part.tar" -T "$work/part-0$part"
done
serve
[ "$kind" = moto ] && aws s3 mb s3://photos >"$work/log"
check "shards are uploaded by the aws command" upload --recursive "$work/shards" s3://photos/set/
check "a run from disk" distil "$work/shards" local

check "a run from s3://BUCKET/FOLDER/" distil s3://photos/set/ remote
check "it ends in the same bytes" same_student remote
check "a run from a pattern" distil 's3://photos/set/shard-{000..002}.tar' pattern
check "it ends in the same bytes" same_student pattern

url=$(aws s3 presign s3://photos/set/shard-000.tar)
signature=$(sed 's/.*[Ss]ignature=\([^&]*\).*/\1/' <<<"$url")
distil "$work/shards/shard-000.tar" one-local >"$work/log" 2>&1
check "a run from an https address with a signature" distil "$url" signed
same_one() { cmp "$work/one-local/student/student.safetensors" "$work/signed/student/student.safetensors"; }
check "it ends in the same bytes" same_one
tells_nothing() { # The signature stands in no file of the run.
  [ -n "$signature" ] && ! grep -rF -e "$signature" "$work/signed" && ! zcat "$work/signed/pictures.tsv.gz" | grep -F "$signature"
}
check "the signature is in no file" tells_nothing

# Amid learning, the server neither answers nor goes for ten seconds; then it is killed, and comes back.
amid() { # OUTPUT HOW: a run, and what happens to the server when it learns
  distil s3://photos/set/ "$1" >"$work/$1.log" 2>&1 &
  local run=$!
  for _ in $(seq 600); do
    grep -s '"epoch"' "$work/$1/metrics.jsonl" >"$work/found" && break
    kill -0 $run 2>/dev/null || break
    sleep 0.05
  done
  kill -0 $run || { echo "it ended before the server was stopped"; cat "$work/$1.log"; return 1; }
  "$2"
  kill -0 $run || { echo "it ended while the server was stopped"; cat "$work/$1.log"; return 1; }
  wait $run || { cat "$work/$1.log"; return 1; }
  same_student "$1"
}
stopped() {
  kill -STOP "$server"
  sleep 10
  kill -CONT "$server"
}
killed() {
  kill -9 "$server"
  wait "$server" 2>/dev/null
  sleep 10
  serve
}
check "the server stands still for ten seconds: the same bytes" amid still stopped
if [ "$kind" != moto ]; then # which keeps objects in memory
  check "the server is killed, and back after ten seconds: the same bytes" amid back killed
fi

# What cannot be read.
check "a missing object is named" refuses "there is no such object" "$program" check s3://photos/set/shard-9.tar
check "a missing bucket is named" refuses "there is no such bucket" "$program" check s3://nobucket/set/shard-000.tar
check "an empty folder is named" refuses "no tar archives below it" "$program" check s3://photos/nothing/
check "a wrong key is named" refuses "not permitted" env AWS_ACCESS_KEY_ID=wrong "$program" check s3://photos/set/
check "no credentials are named" refuses "no credentials found" env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY HOME="$work" "$program" check s3://photos/set/
check "no server is named" refuses "given up after 5 attempts" env AWS_ENDPOINT_URL=http://127.0.0.1:1 "$program" check s3://photos/set/
changed() { # A shard is written over while it is learned from.
  EPOCHS=200 distil s3://photos/set/ changed >"$work/changed.log" 2>&1 &
  local run=$!
  for _ in $(seq 600); do
    grep -s '"epoch"' "$work/changed/metrics.jsonl" >"$work/found" && break
    sleep 0.05
  done
  upload "$work/shards/shard-000.tar" s3://photos/set/shard-001.tar
  wait $run
  local code=$?
  upload "$work/shards/shard-001.tar" s3://photos/set/shard-001.tar
  cat "$work/changed.log"
  [ $code -eq 2 ] && grep -F "shard-001.tar: changed on its server since it was first read" "$work/changed.log"
}
check "a shard that changes is refused" changed

echo "$held held, $broken broken"
[ $broken -eq 0 ]
