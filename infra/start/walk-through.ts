import type { SimulatedRack } from '../rack/simulated-rack.ts';

/**
 * The lines that try the main thing with curl: from two free machines to a VLAN on a switch, a headnode, and consoles.
 * Without a password (it is told once) the lines ask for it in HAAS_PASSWORD.
 */
export function walkThrough(
  api: string,
  password: string | null,
  rack: Pick<SimulatedRack, 'username' | 'password' | 'switches'>,
): string {
  const auth = password === null ? `"admin:\${HAAS_PASSWORD:?set it to the password of admin}"` : `'admin:${password}'`;
  const telnet = rack.switches['nexus-01']?.tcpPort('telnet');
  return `  api=${api}/v0 auth=${auth}
  curl -u "$auth" -X PUT  $api/project/demo
  curl -u "$auth" -X POST $api/project/demo/connect_node -d '{"node": "node-1"}'
  curl -u "$auth" -X POST $api/project/demo/connect_node -d '{"node": "node-2"}'
  curl -u "$auth" -X PUT  $api/network/provision -d '{"owner": "demo", "access": "demo", "net_id": ""}'
  curl -u "$auth" -X POST $api/node/node-1/nic/eth0/connect_network -d '{"network": "provision"}'
  action=$(curl -s -u "$auth" -X POST $api/node/node-2/nic/eth0/connect_network -d '{"network": "provision"}' | grep -Eo '[0-9a-f-]{36}')
  until curl -s -u "$auth" $api/networking_action/$action | grep -E 'DONE|ERROR'; do sleep 1; done
  curl -u "$auth" $api/network/provision
  curl -u "$auth" -X PUT  $api/node/node-1/console
  curl -u "$auth" -X POST $api/node/node-1/power_on
  curl -u "$auth" -X POST $api/node/node-1/power_cycle -d '{"force": true}'
  curl -u "$auth" $api/node/node-1/power_status
  # A headnode on the same network, a small virtual machine (here one that is none):
  curl -u "$auth" -X PUT  $api/headnode/head -d '{"project": "demo", "base_img": "base-headnode"}'
  curl -u "$auth" -X PUT  $api/headnode/head/hnic/eth0
  curl -u "$auth" -X POST $api/headnode/head/hnic/eth0/connect_network -d '{"network": "provision"}'
  curl -u "$auth" -X PUT  $api/headnode/head/console
  curl -u "$auth" -X POST $api/headnode/head/start
  curl -u "$auth" $api/headnode/head
  # What the machines say on their serial consoles; without follow=false until Ctrl-C:
  sleep 2; curl -u "$auth" "$api/node/node-1/console?follow=false"
  curl -u "$auth" "$api/headnode/head/console?follow=false"
  # What the switch itself says, by telnet:
  printf '%s\\r\\n' ${rack.username} ${rack.password} 'terminal length 0' 'show vlan brief' exit | curl -s telnet://127.0.0.1:${telnet}`;
}
