#!/usr/bin/env bash
# Starts three nodes on this machine and opens a shell on them. Without a terminal, or with
# ONCE=1: shows the members, ends the nodes, and exits 0 if all three were alive.
set -euo pipefail
cd "$(dirname "$0")/.."

directory=${DIR:-build/run}
program=build/bin/troupe

$program up --dir "$directory" --nodes 3
# The first node's own word for where it listens: another base port may have been chosen.
door=$(sed -nE 's/^ *"link": "(.*)",?$/\1/p' "$directory/nodes.json" | head -n 1)

if [[ -t 0 && -t 1 && -z ${ONCE:-} ]]; then
  echo "Type help for the commands, quit to leave. The nodes stay up; end them with"
  echo "  $program down --dir $directory"
  exec $program shell --connect "$door"
fi

trap '$program down --dir "$directory"' EXIT
$program shell --connect "$door" -c members
alive=$($program shell --connect "$door" --json -c members | grep -o '"alive"' | wc -l)
if [[ $alive -ne 3 ]]; then
  echo "run: $alive of 3 nodes are alive" >&2
  exit 1
fi
