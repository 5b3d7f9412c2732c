import { ciscoIos } from '../../../agents/drivers/cisco-ios.ts';
import { startCiscoIos } from '../../../infra/rack/cisco-ios/cisco-ios.ts';
import { switchConformance } from './conformance.ts';

switchConformance('cisco_ios', {
  driver: ciscoIos,
  start: startCiscoIos,
  access: (simulator, transport, { legacySsh }) => ({
    type: 'cisco_ios',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { transport, dummy_vlan: 2222, legacy_ssh: legacySsh, save: true },
  }),
  transports: ['telnet', 'ssh'],
  nativeless: true,
  ports: ['GigabitEthernet1/0/5', 'TenGigabitEthernet1/1/1'],
  missingPort: 'GigabitEthernet9/0/9',
  reservedVlan: 2222,
  lines: {
    vlans: /^switchport trunk allowed vlan \d/,
    enable: /^no shutdown$/,
    read: /^show /,
    save: /^copy running-config startup-config$/,
  },
  console: { leave: 'end', logout: 'exit', terminal: /^terminal / },
  hostnames: ['login', 'Password', 'end', 'More', 'Destination'],
});
