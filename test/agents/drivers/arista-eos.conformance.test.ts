import { aristaEos } from '../../../agents/drivers/arista-eos.ts';
import { startAristaEos } from '../../../infra/rack/arista-eos/arista-eos.ts';
import { switchConformance } from './conformance.ts';

switchConformance('arista_eos', {
  driver: aristaEos,
  start: startAristaEos,
  access: (simulator, transport, { legacySsh }) => ({
    type: 'arista_eos',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { transport: 'ssh', legacy_ssh: legacySsh, save: true },
  }),
  transports: ['ssh'],
  transactional: true,
  nativeless: true,
  ports: ['Ethernet1', 'Ethernet49/1'],
  missingPort: 'Ethernet99',
  reservedVlan: 1,
  lines: {
    vlans: /^switchport trunk allowed vlan \d/,
    enable: /^no shutdown$/,
    read: /^show (?:running-config|interfaces) /,
    save: /^copy running-config startup-config$/,
  },
  console: { leave: 'abort', logout: 'exit', terminal: /^terminal / },
  hostnames: ['login', 'Password', 'end', 'More', 'leaf.config-if-Et1'],
});
