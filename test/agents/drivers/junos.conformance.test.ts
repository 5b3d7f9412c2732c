import { junos } from '../../../agents/drivers/junos.ts';
import { startJunos } from '../../../infra/rack/junos/junos.ts';
import { switchConformance } from './conformance.ts';

switchConformance('junos', {
  driver: junos,
  start: startJunos,
  access: (simulator, transport, { legacySsh }) => ({
    type: 'junos',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { transport: 'ssh', legacy_ssh: legacySsh, save: true },
  }),
  transports: ['ssh'],
  transactional: true,
  nativeless: true,
  ports: ['ge-0/0/3', 'xe-0/1/0'],
  missingPort: 'ge-9/9/9',
  reservedVlan: 1,
  lines: {
    vlans: / vlan members \[ \d/,
    enable: /^delete interfaces \S+ disable$/,
    read: /^show /,
  },
  console: { leave: 'exit configuration-mode', logout: 'exit', terminal: /^set cli / },
  hostnames: ['login', 'Password', 'exit', 'more', 'ex-01.lab'],
});
