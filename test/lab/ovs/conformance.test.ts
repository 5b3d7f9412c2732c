import { afterAll, beforeAll, describe } from 'vitest';
import { ovs } from '../../../agents/drivers/ovs.ts';
import { switchConformance } from '../../agents/drivers/conformance.ts';
import { skipped } from '../../support/lacking.ts';
import { type OvsLab, ovsMissing, startOvs } from './lab.ts';
import { startOvsMachine } from './ssh.ts';

const missing = ovsMissing();

describe.skipIf(missing !== undefined)(`Open vSwitch itself${skipped(missing)}`, () => {
  let lab: OvsLab;
  beforeAll(async () => {
    lab = await startOvs(2);
  });
  afterAll(() => lab.close());

  switchConformance('ovs', {
    driver: ovs,
    start: (options) => startOvsMachine(lab, options),
    access: (simulator, _transport, { legacySsh }) => ({
      type: 'ovs',
      hostname: '127.0.0.1',
      port: simulator.tcpPort('ssh'),
      settings: { transport: 'ssh', legacy_ssh: legacySsh, sudo: false, database: null, ovs_bridge: 'br0' },
    }),
    transports: ['ssh'],
    nativeless: true,
    ports: ['p1', 'p2'],
    missingPort: 'p9',
    anyWordIsAPort: true,
    reservedVlan: 1,
    lines: { vlans: /haas-native=/, enable: /protected=false/, read: /interfaces,tag.* list port / },
  });
});
