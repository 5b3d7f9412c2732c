import type { SimulatedRack } from '../rack/simulated-rack.ts';

/** The lines that try the main thing with curl: from two free machines to a VLAN on a switch. */
export function walkThrough(api: string, rack: Pick<SimulatedRack, 'username' | 'password' | 'switches'>): string {
  const telnet = rack.switches['nexus-01']?.telnetPort;
  return `  api=${api}/v0
  auth=admin:\${HAAS_PASSWORD:?set it to the password of admin}
  curl -u $auth -X PUT  $api/project/demo
  curl -u $auth -X POST $api/project/demo/connect_node -d '{"node": "node-1"}'
  curl -u $auth -X POST $api/project/demo/connect_node -d '{"node": "node-2"}'
  curl -u $auth -X PUT  $api/network/provision -d '{"owner": "demo", "access": "demo", "net_id": ""}'
  curl -u $auth -X POST $api/node/node-1/nic/eth0/connect_network -d '{"network": "provision"}'
  curl -u $auth -X POST $api/node/node-2/nic/eth0/connect_network -d '{"network": "provision"}' | tee action.json
  curl -u $auth $api/networking_action/$(grep -Eo '[0-9a-f-]{36}' action.json)
  curl -u $auth $api/network/provision
  # What the switch itself says, by telnet:
  printf '%s\\r\\n' ${rack.username} ${rack.password} 'show vlan brief' 'show interface ethernet 1/1-2 switchport' exit | curl -s telnet://127.0.0.1:${telnet}`;
}
