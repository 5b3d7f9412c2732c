import { sonic } from '../../../agents/drivers/sonic.ts';
import { startSonic } from '../../../infra/rack/sonic/sonic.ts';
import { switchConformance } from './conformance.ts';

switchConformance('sonic', {
  driver: sonic,
  start: startSonic,
  access: (simulator, _transport, { legacySsh }) => ({
    type: 'sonic',
    hostname: '127.0.0.1',
    port: simulator.tcpPort('ssh'),
    settings: { transport: 'ssh', legacy_ssh: legacySsh, save: true },
  }),
  transports: ['ssh'],
  nativeless: true,
  ports: ['Ethernet0', 'Ethernet4'],
  missingPort: 'Ethernet96',
  reservedVlan: 1,
  lines: {
    vlans: /config vlan member add /,
    enable: /config interface startup /,
    read: /^show vlan config$/,
    save: /config save -y$/,
  },
});
