import { dellnos9 } from '../../../agents/drivers/dellnos9.ts';
import { startDellNos9 } from '../../../infra/rack/dellnos9/dellnos9.ts';
import { switchConformance } from './conformance.ts';
import type { Family } from './conformance-bench.ts';

const family: Omit<Family, 'transports' | 'lines' | 'access'> = {
  driver: dellnos9,
  start: (options, transport) => startDellNos9({ ...options, tls: transport === 'https' }),
  nativeless: false,
  ports: ['1/3', 'fortyGigE1/49'],
  missingPort: '1/48',
  reservedVlan: 4094,
};

const address = { type: 'dellnos9', hostname: '127.0.0.1' };
const settings = { save: true, interface_type: 'GigabitEthernet', tls: false };

switchConformance('dellnos9', {
  ...family,
  access: (simulator, transport, { legacySsh }) => ({
    ...address,
    port: simulator.tcpPort(transport),
    settings: { ...settings, transport: transport === 'ssh' ? 'ssh' : 'telnet', legacy_ssh: legacySsh },
  }),
  transports: ['telnet', 'ssh'],
  lines: { vlans: /^(?:un)?tagged /, enable: /^no shutdown$/, read: /^show /, save: /^copy running/ },
  console: { leave: 'end', logout: 'exit', terminal: /^terminal / },
  hostnames: ['Login', 'Password', 'end', 'More', 'leaf.conf-if_1'],
});

switchConformance('dellnos9', {
  ...family,
  access: (simulator, transport) => ({
    ...address,
    port: simulator.tcpPort(transport),
    settings: { ...settings, transport: 'rest', legacy_ssh: false, tls: transport === 'https' },
  }),
  transports: ['http', 'https'],
  lines: {
    vlans: /(?:^|\n|>)(?:un)?tagged /,
    enable: /no shutdown/,
    read: /<show-command>(?:running|interfaces)/,
    save: /<exec-command>/,
  },
});
