# Sourced with a student: starts a server of it ($PROMPTKD, or what was built last), and sets $address, $server (its process) and $client.
program=${PROMPTKD:-$(ls -t "$here"/artifacts/bin/PromptKD.{Cli,Tests}/*/PromptKD.Cli 2>/dev/null | head -1 || true)}
client=$(ls -t "$here"/artifacts/bin/PromptKD.Serve/*/PromptKD.Serve 2>/dev/null | head -1 || true)
[ -n "$program" ] && [ -n "$client" ] || { echo "Build first: dotnet build PromptKD.slnx" >&2; exit 2; }
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
"$program" serve --model "food=$1" --listen http://127.0.0.1:0 2>"$work/log" &
server=$!
address=
for _ in $(seq 240); do
  address=$(sed -n 's/.*Now listening on: \(http[^ ]*\).*/\1/p' "$work/log" | head -1)
  [ -n "$address" ] && curl -sf "$address/health/ready" >/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.5
done
