#!/usr/bin/env bash
# Settles every port of the site that is in doubt, as after a restore (docs/backup.md), one after the other: sets it to what HaaS has on
# record, and has it read back. With names of switches, only their ports. What is settled is passed over: run it again after trouble.
# Needs curl, jq, the API's address in HAAS (http://127.0.0.1:5000/v0), and the password of an administrator in ~/.netrc.
#
# A port that is to be on no network is reverted, which costs nothing. For one that is, the cheapest proof is to take one of its networks off
# and put it on again: its machine loses that network for some seconds, and its link goes down for a moment. The other networks stay.
set -euo pipefail
: "${HAAS:?is the address of the API, as http://127.0.0.1:5000/v0}"

failed=0
trouble() {
  printf '%s\n' "$*" >&2
  failed=1
}

# Sends a request, and prints its answer, or what is wrong.
ask() {
  curl --netrc --silent --show-error --fail-with-body --max-time 150 --request "$1" "$HAAS$2" ${3:+--data "$3"}
}

# Orders a change of a port, and waits until the switch was read back.
change() {
  local id action
  id=$(ask POST "$@") || { printf '%s\n' "$id" && return 1; }
  id=$(jq --raw-output .status_id <<<"$id")
  while action=$(ask GET "/networking_action/$id"); do
    case $(jq --raw-output .status <<<"$action") in
      PENDING) sleep 0.5 ;;
      DONE) return 0 ;;
      *) break ;;
    esac
  done
  printf '%s\n' "$action"
  return 1
}

# What a name is called in a path.
name() {
  jq --null-input --raw-output --arg name "$1" '$name | @uri'
}

prove() {
  local switch=$1 port=$2 path shown nic network channel said
  path=/switch/$(name "$switch")/port/$(name "$port")
  shown=$(ask GET "$path")
  # Rather one that is tagged: some switches carry these only beside one that is not.
  network=$(jq '.networks // {} | to_entries | sort_by(.key == "vlan/native") | .[0] // empty | {network: .value, channel: .key}' <<<"$shown")
  if [[ -z $network ]]; then
    if said=$(change "$path/revert"); then printf '%s %s: on no network, proven\n' "$switch" "$port"
    else trouble "$switch $port: stays in doubt: $said"; fi
    return
  fi
  nic=/node/$(name "$(jq --raw-output .node <<<"$shown")")/nic/$(name "$(jq --raw-output .nic <<<"$shown")")
  channel=$(jq --raw-output '"\(.network) on \(.channel)"' <<<"$network")
  if ! said=$(change "$nic/detach_network" "$(jq '{network}' <<<"$network")"); then
    trouble "$switch $port: stays in doubt: $said"
  elif said=$(change "$nic/connect_network" "$network"); then
    printf '%s %s: proven with %s\n' "$switch" "$port" "$channel"
  else
    trouble "$switch $port: proven, but it lacks $channel now, which is yours to connect again: $said"
  fi
}

switches=("$@")
(($# > 0)) || mapfile -t switches < <(ask GET /switches | jq --raw-output '.[]')
for switch in "${switches[@]}"; do
  path=/switch/$(name "$switch")
  if ! report=$(ask POST "$path/check" '{}') || [[ $(jq .ok <<<"$report") != true ]]; then
    trouble "$switch: not reached: $report"
    continue
  fi
  # What no cable leads to cannot be in doubt, but may carry what was connected after the copy was made.
  while read -r port <&3; do
    [[ $(ask GET "$path/port/$(name "$port")") != '{}' ]] ||
      trouble "$switch $port: nothing is cabled to it, and it is on VLANs: take it off them, or connect its NIC and revert it"
  done 3< <(jq --raw-output '.ports[] | select(.native != null or (.tagged // [] | length) > 0) | .port' <<<"$report")
  while read -r port <&3; do
    prove "$switch" "$port"
  done 3< <(ask GET "$path" | jq --raw-output '.ports[] | select(.suspect_since) | .label')
done
exit "$failed"
