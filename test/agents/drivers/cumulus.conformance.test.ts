import { cumulus } from '../../../agents/drivers/cumulus.ts';
import { startCumulus } from '../../../infra/rack/cumulus/cumulus.ts';
import { switchConformance } from './conformance.ts';

switchConformance('cumulus', {
  driver: cumulus,
  start: startCumulus,
  access: (simulator, _transport, { legacySsh }) => ({
    type: 'cumulus',
    hostname: '127.0.0.1',
    port: simulator.tcpPort('ssh'),
    settings: { transport: 'ssh', legacy_ssh: legacySsh, save: true, bridge: 'br_default' },
  }),
  transports: ['ssh'],
  nativeless: true,
  ports: ['swp1', 'swp2'],
  missingPort: 'swp99',
  reservedVlan: 3800,
  lines: {
    vlans: /^nv set interface \S+ bridge domain \S+ (?:vlan|access) /,
    enable: /^nv set interface \S+ link state up$/,
    read: /--applied/,
    save: /^nv config save$/,
  },
});
