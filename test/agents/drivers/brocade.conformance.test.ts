import { brocade } from '../../../agents/drivers/brocade.ts';
import { startBrocade } from '../../../infra/rack/brocade/brocade.ts';
import { switchConformance } from './conformance.ts';

switchConformance('brocade', {
  driver: brocade,
  start: (options, transport) => startBrocade({ ...options, tls: transport === 'https', vlanMustExist: true }),
  access: (simulator, transport) => ({
    type: 'brocade',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { tls: transport === 'https', interface_type: 'TenGigabitEthernet' },
  }),
  transports: ['http', 'https'],
  nativeless: false,
  ports: ['104/0/10', 'FortyGigabitEthernet104/0/49'],
  missingPort: '104/0/99',
  reservedVlan: 1002,
  lines: {
    vlans: /^PUT \S+\/allowed\/vlan .*<add>/,
    enable: /^DELETE \S+\/shutdown/,
    read: /^GET \S+\/switchport\/trunk/,
  },
});
