#!/usr/bin/env bash
# Starts three nodes with the mall on them, holds a sale, kills a node in the middle of it,
# prints what happened, and opens a shell on what is left. Without a terminal, or with
# ONCE=1: ends the nodes, and exits 0 if nothing was lost or oversold, else 1.
set -euo pipefail
cd "$(dirname "$0")/.."

directory=${DIR:-build/run}
length=${LENGTH:-20}
mall=build/bin/mall

interactive=
[[ -t 0 && -t 1 && -z ${ONCE:-} ]] && interactive=yes
stop() { $mall down --dir "$directory"; }
[[ -n $interactive ]] || trap stop EXIT

$mall up --dir "$directory" --nodes 3

# A field of node $1, counted from 0, as its own file says it: another base port may have
# been chosen.
node() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[int(sys.argv[2])][sys.argv[3]])' \
    "$directory/nodes.json" "$1" "$2"
}

kill_one_in_the_middle() {
  sleep $((length / 2))
  printf '\n%s is killed\n' "$(node 1 name)"
  kill -9 "$(node 1 pid)"
}

kill_one_in_the_middle &
killer=$!
verdict=0
$mall sale --connect "$(node 0 link)" --seconds "$length" || verdict=$?
wait "$killer" || { echo "no node was killed: this run shows nothing"; exit 1; }

[[ -n $interactive ]] || exit "$verdict"
echo
echo "The two other nodes are up, and $(node 1 name) comes back with"
echo "  $mall up --dir $directory"
echo "End them with '$mall down --dir $directory'. Type help for the shell's commands, quit to leave."
exec $mall shell --connect "$(node 0 link)"
