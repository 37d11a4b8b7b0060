# Sourced, with a folder $work: counts in $held and $broken what check was asked.
held=0 broken=0

check() { # NAME COMMAND...: held where the command succeeds
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    held=$((held + 1))
    echo "held: $name"
  else
    broken=$((broken + 1))
    echo "BROKEN: $name"
    tail -20 "$work/log"
  fi
}
