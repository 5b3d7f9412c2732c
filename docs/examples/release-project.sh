#!/usr/bin/env bash
# Gives back everything that a project has: takes its machines off all networks, turns them off and releases them, and deletes its headnodes
# and networks. Asks first, unless the second argument is "yes".
set -euo pipefail

if [[ $# -lt 1 || $# -gt 2 ]]; then
  echo "usage: release-project.sh PROJECT [yes]" >&2
  exit 2
fi
project=$1
mapfile -t nodes < <(haas project node list "$project")
mapfile -t headnodes < <(haas project headnode list "$project")
mapfile -t networks < <(haas project network list "$project")

echo "Project $project gives back" >&2
printf '  %s\n' "${nodes[@]}" "${headnodes[@]}" >&2
echo 'and the networks that are its own.' >&2
if [[ ${2-} != yes ]]; then
  read -r -p 'Go on? [y/N] ' answer
  [[ $answer == y ]] || exit 1
fi

# What a JavaScript expression makes of the JSON that haas shows: a line for each.
lines() { node -e "for (const line of (it => $1)(JSON.parse(require('fs').readFileSync(0, 'utf8')))) console.log(line)"; }

for node in "${nodes[@]}"; do
  attachments=$(haas node show "$node" --json |
    lines 'it.nics.flatMap((nic) => Object.values(nic.networks).map((network) => `${nic.label}/${network}`))')
  while IFS=/ read -r nic network; do
    [[ -z $nic ]] || haas node network detach "$node" "$nic" "$network" >/dev/null
  done <<<"$attachments"
  haas node power off "$node" || echo "$node could not be turned off" >&2
  haas project node detach "$project" "$node"
done
for headnode in "${headnodes[@]}"; do
  haas headnode delete "$headnode"
done
for network in "${networks[@]}"; do
  owner=$(haas network show "$network" --json | lines '[it.owner]')
  [[ $owner != "$project" ]] || haas network delete "$network"
done
