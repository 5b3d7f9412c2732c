import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PortState } from '../../../db/commands/kinds.ts';
import { skipped } from '../../support/lacking.ts';
import { expected, frameOf, type Probe, type Seen, seenOf } from './frames.ts';
import { type OvsLab, ovsMissing, startOvs } from './lab.ts';
import { openLocally } from './session.ts';

const missing = ovsMissing();
const hosts = 5;
const operations = 300;
const vlans = [101, 102, 103, 104];

const everyone = Array.from({ length: hosts }, (_, host) => host);
/** Without a tag, with the tag of each VLAN, and with those that are of no VLAN: priority only, VLAN 1, one never used, 4095. */
const tags = [null, 0, 1, ...vlans, 900, 4095];
const broadcasts: Probe[] = everyone.flatMap((host) => tags.map((tag) => ({ host, tag, to: null })));
/** To one host, whose place the switch has learned by then or earlier: what it remembers must not lead astray. */
const unicasts: Probe[] = everyone.flatMap((host) =>
  everyone.filter((to) => to !== host).flatMap((to) => [null, ...vlans].map((tag) => ({ host, tag, to }))),
);

const state: fc.Arbitrary<PortState> = fc
  .record({
    native: fc.option(fc.constantFrom(...vlans), { nil: null }),
    others: fc.subarray(vlans),
    enabled: fc.boolean().chain((first) => (first ? fc.constant(true) : fc.boolean())),
  })
  .map(({ native, others, enabled }) => ({ native, tagged: others.filter((vlan) => vlan !== native), enabled }));

const operation = fc.record({
  host: fc.nat(hosts - 1),
  // One in eight only shuts.
  want: fc.option(state, { nil: null, freq: 7 }),
});

describe.skipIf(missing !== undefined)(`isolation by Open vSwitch${skipped(missing)}`, () => {
  test(`after each of ${operations} random changes every frame goes where it should and nowhere else`, {
    timeout: 180_000,
  }, async () => {
    const lab = await startOvs(hosts);
    onTestFinished(() => lab.close());
    const session = await openLocally(lab);
    const states: PortState[] = [];
    for (const port of lab.ports) {
      const shut = { native: null, tagged: [], enabled: false };
      await session.setPort(port, shut);
      states.push(shut);
    }
    const seed = Math.floor(Math.random() * 2 ** 31);
    let count = 0;
    for (const { host, want } of fc.sample(operation, { numRuns: operations, seed })) {
      const port = lab.ports[host] ?? '';
      const next = want ?? { ...(states[host] ?? { native: null, tagged: [] }), enabled: false };
      if (want) await session.setPort(port, want);
      else await session.shutPort(port);
      states[host] = next;
      count += 1;
      const context = `seed ${seed}, operation ${count}: ${port} ${JSON.stringify(next)} of ${JSON.stringify(states)}`;
      expect(await session.readPort(port), context).toEqual(next);
      await checkFrames(lab, states, context);
    }
    for (const [host, port] of lab.ports.entries()) expect(await session.readPort(port)).toEqual(states[host]);
  });
});

async function checkFrames(lab: OvsLab, states: readonly PortState[], context: string): Promise<void> {
  const probes = [...broadcasts, ...unicasts];
  const frames = probes.map(frameOf);
  const seen = (await lab.send(frames.slice(0, broadcasts.length), frames.slice(broadcasts.length))).map(seenOf);
  const seenOfProbe = probes.map((): Seen[] => []);
  for (const one of seen) seenOfProbe[one.probe]?.push(one);
  for (const [number, probe] of probes.entries()) {
    const should = expected(probe, number, states);
    const did = (seenOfProbe[number] ?? []).sort((a, b) => a.host - b.host);
    const what = `${context}; ${JSON.stringify(probe)}`;
    if (probe.to === null) {
      expect(did, what).toEqual(should);
    } else {
      // Who else of the VLAN sees it depends on what the switch has learned; its own host always does, and nobody of another VLAN.
      expect(
        did.filter(({ host }) => host === probe.to),
        what,
      ).toEqual(should.filter(({ host }) => host === probe.to));
      expect(
        did.filter((one) => !includes(should, one)),
        what,
      ).toEqual([]);
    }
  }
}

const includes = (all: readonly Seen[], { host, tag }: Seen) => all.some((one) => one.host === host && one.tag === tag);
