import { readConfig } from '../../agents/config.ts';
import { startAgent } from '../../agents/main.ts';

// An agent that is killed at a step of its work: HAAS_AGENT_DIE_AT names it. With leases so short that a test can wait for them.
const config = readConfig(process.env);
const dieAt = process.env['HAAS_AGENT_DIE_AT'];
await startAgent(
  { ...config, timing: { ...config.timing, grace: 300, poll: 100, saveAfter: 0 } },
  {
    checkpoint(step) {
      if (step === dieAt) process.kill(process.pid, 'SIGKILL');
    },
  },
);
