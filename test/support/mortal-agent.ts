import { pino } from 'pino';
import { z } from 'zod';
import { readConfig } from '../../agents/config.ts';
import { startAgent } from '../../agents/main.ts';

// An agent in a process of its own that ends like a process does that the kernel kills: at the step named in DIE_AT, without a word.
const waits = z.record(z.string(), z.number()).default({});
const timing = z.object({ backOff: waits, bmc: waits, console: waits, headnode: waits }).catchall(z.number());
const { DIE_AT, TIMING } = z
  .object({
    DIE_AT: z.string().optional(),
    TIMING: z.string().transform((text) => timing.parse(JSON.parse(text))),
  })
  .parse(process.env);

const config = readConfig(process.env);
const { backOff, bmc, console, headnode } = config.timing;
const agent = await startAgent(
  {
    ...config,
    timing: {
      ...config.timing,
      ...TIMING,
      backOff: { ...backOff, ...TIMING.backOff },
      bmc: { ...bmc, ...TIMING.bmc },
      console: { ...console, ...TIMING.console },
      headnode: { ...headnode, ...TIMING.headnode },
    },
  },
  {
    log: pino({ level: config.logLevel }),
    checkpoint(step) {
      if (step === DIE_AT) process.kill(process.pid, 'SIGKILL');
    },
  },
);
process.once('SIGTERM', () => void agent.stop().then(() => process.exit(0)));
process.stdout.write('ready\n');
