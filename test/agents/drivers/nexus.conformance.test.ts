import { nexus } from '../../../agents/drivers/nexus.ts';
import { startNexus } from '../../../infra/rack/nexus/nexus.ts';
import { switchConformance } from './conformance.ts';

switchConformance('nexus', {
  driver: nexus,
  start: startNexus,
  access: (simulator, transport, { legacySsh }) => ({
    type: 'nexus',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { transport, dummy_vlan: 2222, legacy_ssh: legacySsh, save: true },
  }),
  transports: ['telnet', 'ssh'],
  nativeless: true,
  ports: ['Ethernet1/3', 'Ethernet101/1/7'],
  missingPort: 'Ethernet9/9',
  reservedVlan: 2222,
  lines: {
    vlans: /^switchport trunk allowed vlan \d/,
    enable: /^no shutdown$/,
    read: /^show /,
    save: /^copy running-config startup-config$/,
  },
  console: { leave: 'end', logout: 'exit', terminal: /^terminal / },
  hostnames: ['login', 'Password', 'end', 'More', 'switch.config-if_1'],
});
