import { onTestFinished } from 'vitest';
import type { SwitchSession } from '../../../agents/drivers/driver.ts';
import { ovs } from '../../../agents/drivers/ovs.ts';
import type { OvsLab } from './lab.ts';

/** What a session with a lab's switch may differ in. */
export interface Opening {
  readonly bridge?: string;
}

/** Opens a session of the driver, on this machine, with the switch of a lab; it ends with the test. */
export async function openLocally({ database }: OvsLab, { bridge }: Opening = {}): Promise<SwitchSession> {
  const settings = { transport: 'local', legacy_ssh: false, sudo: false, database, ovs_bridge: bridge ?? null };
  const session = await ovs.open({
    access: { label: 'ovs-lab', type: 'ovs', hostname: 'localhost', port: 6640, settings, sealed: 'not used' },
    credentials: { username: 'local', password: '' },
    hostKeys: { check: () => false },
    stateDir: '/nonexistent',
    signal: new AbortController().signal,
  });
  onTestFinished(() => session.close());
  return session;
}
