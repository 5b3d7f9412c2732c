import { dellOs10 } from '../../../agents/drivers/dell-os10.ts';
import { startDellOs10 } from '../../../infra/rack/dell-os10/dell-os10.ts';
import { switchConformance } from './conformance.ts';

switchConformance('dell_os10', {
  driver: dellOs10,
  start: startDellOs10,
  access: (simulator, transport, { legacySsh }) => ({
    type: 'dell_os10',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { transport: 'ssh', legacy_ssh: legacySsh, save: true },
  }),
  transports: ['ssh'],
  asksFirst: true,
  nativeless: true,
  ports: ['ethernet1/1/3', 'ethernet1/1/7:2'],
  missingPort: 'ethernet1/1/99',
  reservedVlan: 4094,
  lines: {
    vlans: /^switchport trunk allowed vlan \d/,
    enable: /^no shutdown$/,
    read: /^show /,
    save: /^copy running-configuration startup-configuration$/,
  },
  console: { leave: 'end', logout: 'exit', terminal: /^terminal / },
  hostnames: ['login', 'Password', 'end', 'More', 'leaf.conf-if_1'],
});
