import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { Step } from '../../agents/checkpoint.ts';
import { findDriver } from '../../agents/drivers/drivers.ts';
import { seal } from '../../db/commands/seal.ts';
import { startNexus } from '../../infra/rack/nexus.ts';
import { keys, makeAgentSite, until } from '../support/agent-site.ts';

const program = fileURLToPath(new URL('../support/dying-agent.ts', import.meta.url));
const port = 'Ethernet1/3';
const steps: Step[] = [
  'claimed',
  'verified',
  'begun',
  'connected',
  'set-sent',
  'read-back',
  'ended',
  'settled',
  'saved',
  'save-recorded',
];

// The real path: a process of its own, a real driver, a switch on real sockets; and nothing that the process could do at its end.
test.for(steps)(
  'an agent killed once "%s": the next one finishes, and writes nothing twice',
  { timeout: 60_000 },
  async (step, t) => {
    const site = await makeAgentSite(t);
    const nexus = await startNexus({ hostname: 'sw-1', ports: [port], username: 'admin', password: 'sesame' });
    t.onTestFinished(() => nexus.close());
    const target = { device: 'switch/sw-1', hostname: '127.0.0.1', port: nexus.telnetPort };
    const { kty, crv, x } = keys.sealing;
    const sealed = await seal({ kty, crv, x }, target, { username: 'admin', password: 'sesame' });
    const settings = { transport: 'telnet', dummy_vlan: 2222, legacy_ssh: false };
    const access = { label: 'sw-1', type: 'nexus', hostname: target.hostname, port: target.port, settings, sealed };
    const id = await site.queue({ port, parameters: { switch: access } });

    const env = {
      HAAS_AGENT_URL: site.config.url,
      HAAS_AGENT_STATE_DIR: site.stateDir,
      HAAS_AGENT_LEASE_SECONDS: '1',
      HAAS_AGENT_DIE_AT: step,
    };
    const killed = await execa(process.execPath, ['--import', 'tsx', program], {
      env,
      reject: false,
      stdin: 'ignore',
      timeout: 30_000,
    });
    expect(killed).toMatchObject({ signal: 'SIGKILL', timedOut: false });

    await site.start({ findDriver, timing: { grace: 300, poll: 100, beat: 200, saveAfter: 0 } });
    expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect(nexus.port(port)).toEqual({ enabled: true, native: 100, tagged: [] });
    expect(nexus.typed.filter((line) => line === 'switchport trunk native vlan 100')).toHaveLength(1);
    await until(async () => (await site.sql`select from devices where unsaved_since is null`).length === 1, 'the save');
    expect(nexus.unsaved()).toBe(false);
  },
);
