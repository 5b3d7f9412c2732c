import { expect, onTestFinished, test } from 'vitest';
import { aristaEos } from '../../../agents/drivers/arista-eos.ts';
import { LOGIN, session, start, type } from '../../infra/rack/arista-eos/switch-under-test.ts';

test('what a session that could not be removed holds is never committed', async () => {
  const eos = await start({ faults: { refuse: /^no configure session/ } });
  // Begun when Ethernet2 was open, and left behind by a connection that was lost.
  const lost = await session(eos);
  await type(lost, 'configure session haas', 'vlan 200', 'interface Ethernet2', 'switchport access vlan 200', 'end');
  const other = await session(eos);
  await type(other, 'configure', 'interface Ethernet2', 'shutdown', 'end');

  const opened = await aristaEos.open({
    access: {
      label: 'leaf-1',
      type: 'arista_eos',
      hostname: '127.0.0.1',
      port: eos.tcpPort('ssh'),
      settings: { transport: 'ssh', legacy_ssh: false, save: true },
      sealed: '',
    },
    credentials: LOGIN,
    hostKeys: { check: () => true },
    stateDir: '/nonexistent',
    signal: new AbortController().signal,
  });
  onTestFinished(() => opened.close());
  const want = { native: 100, tagged: [], enabled: true };
  await expect(opened.setPort('Ethernet1', want)).rejects.toMatchObject({ fault: 'unintelligible' });
  expect(eos.port('Ethernet2')).toMatchObject({ enabled: false, native: 1 });
  expect(eos.port('Ethernet1').enabled).toBe(false);

  // It was given up, so that the next change begins anew.
  await opened.setPort('Ethernet1', want);
  expect(eos.port('Ethernet1')).toEqual(want);
  expect(eos.port('Ethernet2').enabled).toBe(false);
});
