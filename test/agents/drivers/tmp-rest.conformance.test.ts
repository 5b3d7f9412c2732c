import { brocade } from '../../../agents/drivers/brocade.ts';
import { dellnos9 } from '../../../agents/drivers/dellnos9.ts';
import { startBrocade } from '../../../infra/rack/brocade/brocade.ts';
import { startDellNos9 } from '../../../infra/rack/dellnos9/dellnos9.ts';
import { switchConformance } from './conformance.ts';

switchConformance('brocade', {
  driver: brocade,
  start: (options) => startBrocade({ ...options }),
  access: (simulator, transport) => ({
    type: 'brocade',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { tls: false, interface_type: 'TenGigabitEthernet' },
  }),
  transports: ['http'],
  nativeless: false,
  ports: ['104/0/10', '104/0/11'],
  missingPort: '104/0/99',
  reservedVlan: 1002,
  lines: { vlans: /^PUT .*(<add>|<native-vlan>)/, enable: /^DELETE .*\/shutdown/, read: /^GET / },
});
for (const transport of ['http', 'telnet'] as const)
  switchConformance('dellnos9', {
    driver: dellnos9,
    start: (options) => startDellNos9({ ...options }),
    access: (simulator, transport, { legacySsh }) => ({
      type: 'dellnos9',
      hostname: '127.0.0.1',
      port: simulator.tcpPort(transport),
      settings: {
        transport: transport === 'http' ? 'rest' : transport,
        tls: false,
        interface_type: 'GigabitEthernet',
        save: true,
        legacy_ssh: legacySsh,
      },
    }),
    transports: transport === 'http' ? ['http'] : ['telnet', 'ssh'],
    nativeless: false,
    ports: ['1/3', '1/5'],
    missingPort: '1/48',
    reservedVlan: 4094,
    lines:
      transport === 'http'
        ? { vlans: /tagged /, enable: /no shutdown|<shutdown>false/, read: /^GET |show-command/, save: /exec-command>(write|copy)/ }
        : { vlans: /^(un)?tagged /, enable: /^no shutdown$/, read: /^show /, save: /^(write|copy)/ },
    ...(transport === 'telnet' && { console: { leave: 'end', logout: 'exit', terminal: /^terminal / } }),
  });
