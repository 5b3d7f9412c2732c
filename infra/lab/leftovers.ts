import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Ground } from './ground.ts';
import { TEMPLATE } from './libvirt.ts';
import { BRIDGE } from './open-vswitch.ts';
import { run } from './program.ts';

const links = z.array(z.object({ ifname: z.string() }));

/** What is on the machine that would not be there if nobody had ever used it, as sentences; none where all was given back. */
export async function leftovers({ openVSwitch, libvirt, machines, headnodes }: Ground): Promise<string[]> {
  const taps = Object.values(machines).map(({ tap }) => tap);
  const found: string[] = [];
  const beyond = (all: readonly string[], own: readonly string[]) => all.filter((name) => !own.includes(name));

  for (const name of beyond(await libvirt.domains(), [TEMPLATE])) found.push(`libvirt knows the domain ${name}`);
  for (const file of await readdir(headnodes)) found.push(`${headnodes} has ${file}`);
  for (const port of beyond(await openVSwitch.ports(), taps)) found.push(`the bridge has the port ${port}`);
  for (const tap of taps) {
    const columns = ['tag', 'trunks', 'protected'].flatMap((column) => ['--', 'get', 'port', tap, column]);
    const [tag, trunks, isProtected] = (await openVSwitch.vsctl(...columns)).split('\n');
    if (tag !== '[]' || trunks !== '[4095]' || isProtected !== 'true')
      found.push(`port ${tap} is in VLANs: tag ${tag}, trunks ${trunks}`);
  }
  const devices = links.parse(JSON.parse(await run('ip', ['-json', 'link'])));
  const own = ['lo', 'ovs-netdev', 'ovs-system', BRIDGE, ...taps];
  for (const device of beyond(
    devices.map(({ ifname }) => ifname),
    own,
  ))
    found.push(`there is a network device ${device}`);
  for (const { pid, name } of await processes()) if (/^(?:qemu|ipmitool)/.test(name)) found.push(`process ${pid} is ${name}`);
  return found;
}

/** The processes of the machine that have not ended. */
export async function processes(): Promise<{ readonly pid: number; readonly name: string; readonly parent: number }[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    numbers.map(async (pid) => {
      // One that ends meanwhile is no process.
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat) ?? [];
      return name === undefined || state === 'Z' ? [] : [{ pid: Number(pid), name, parent: Number(parent) }];
    }),
  );
  return found.flat();
}
