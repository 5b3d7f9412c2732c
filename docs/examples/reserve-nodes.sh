#!/usr/bin/env bash
# Reserves machines for a project, puts one interface of each on a network, which is made if there is none of this name, and has them boot
# from that network. Prints their names. What it has done stays when it fails in between: run it again with what is missing.
set -euo pipefail

if [[ $# -lt 3 || $# -gt 4 ]]; then
  echo "usage: reserve-nodes.sh PROJECT HOW_MANY NETWORK [NIC, eth0 unless given]" >&2
  exit 2
fi
project=$1 wanted=$2 network=$3 nic=${4:-eth0}

# Codes of haas: 5 is "something stands in the way", which here means that somebody was quicker, or that it is there already.
readonly in_the_way=5

haas network create "$network" "$project" "$project" || [[ $? -eq $in_the_way ]]

mapfile -t free < <(haas node list free)
reserved=()
for node in "${free[@]}"; do
  ((${#reserved[@]} < wanted)) || break
  if haas project node connect "$project" "$node"; then
    reserved+=("$node")
  else
    [[ $? -eq $in_the_way ]]
  fi
done
if ((${#reserved[@]} < wanted)); then
  echo "only ${#reserved[@]} of $wanted machines are free: ${reserved[*]}" >&2
  exit 1
fi

for node in "${reserved[@]}"; do
  haas node network connect "$node" "$nic" "$network" >/dev/null
done
for node in "${reserved[@]}"; do
  haas node power cycle "$node" --pxe
done
printf '%s\n' "${reserved[@]}"
