# Sourced: lets this machine play several, for Open MPI. Each is a network namespace of its own, with a host name of its own and a link
# to a bridge that all share; the disk is one. Needs root, Linux, iproute2 and mpirun.
#
#   require_machines               ends the script where something is missing
#   machines_up COUNT MBIT FOLDER  links let so many megabits a second through, each way; FOLDER takes a script
#   on_machines COUNT COMMAND …    mpirun of one process on each
#   machines_down                  as before; call it on EXIT, too
machines=pkd$$ # Names of interfaces have 15 characters at most.

require_machines() {
  local tool
  for tool in ip tc unshare mpirun; do
    command -v "$tool" >/dev/null || { echo "Needs $tool: install iproute2, util-linux and openmpi-bin." >&2; exit 1; }
  done
  [ "$(id -u)" = 0 ] || { echo "Needs root: it makes network namespaces." >&2; exit 1; }
}

machines_up() {
  local count=$1 rate=${2}mbit number machine
  ip link add "$machines" type bridge
  ip link set "$machines" up
  for number in $(seq "$count"); do
    machine=$machines-$number
    ip netns add "$machine"
    ip link add "$machine" type veth peer name eth0 netns "$machine"
    ip link set "$machine" master "$machines" up
    ip -n "$machine" link set lo up
    ip -n "$machine" address add "10.77.0.$number/24" dev eth0
    ip -n "$machine" link set eth0 up
    tc qdisc add dev "$machine" root tbf rate "$rate" burst 64kb latency 50ms
    tc -n "$machine" qdisc add dev eth0 root tbf rate "$rate" burst 64kb latency 50ms
  done

  # In place of ssh: mpirun starts its daemon on a machine by it.
  enter_machine=$3/enter-machine
  cat >"$enter_machine" <<EOF
#!/bin/sh
number=\${1##*.}
shift
exec ip netns exec $machines-\$number unshare --uts sh -c "hostname machine\$number; \$*"
EOF
  chmod +x "$enter_machine"
}

machines_down() {
  local machine
  for machine in $(ip netns list | awk -v ours="$machines-" 'index($1, ours) == 1 { print $1 }'); do
    # Links go with their namespace some time later, and keep their names until then.
    ip link delete "$machine" 2>/dev/null || true
    ip netns delete "$machine"
  done
  ip link delete "$machines" 2>/dev/null || true
}

# They share this machine's cores: whoever waits gives way.
on_machines() {
  local count=$1
  shift
  "$enter_machine" 10.77.0.1 mpirun --host "$(seq -s, -f "10.77.0.%g" "$count")" -n "$count" --bind-to none \
    --mca plm_rsh_agent "$enter_machine" --mca btl tcp,self --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 \
    --mca mpi_yield_when_idle 1 "$@"
}
