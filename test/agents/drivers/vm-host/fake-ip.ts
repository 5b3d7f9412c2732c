import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { lookIn } from '../../../support/libvirt.ts';

/**
 * What stands for `ip` and `bridge` of iproute2: the kernels on which these tests run have neither bridges nor VLANs. It keeps interfaces in a file, is as
 * strict with names as Linux is, and prints what `ip -json -details link show` prints (seen with iproute2 6.1).
 */
const program = String.raw`
const { readFileSync, writeFileSync, appendFileSync } = require('node:fs');
const state = JSON.parse(readFileSync(FILE, 'utf8'));
const words = process.argv.slice(2);
const line = words.join(' ');
appendFileSync(FILE + '.log', line + '\n');
const fail = (text, code = 2) => { process.stderr.write(text + '\n'); process.exit(code); };
for (const [pattern, complaint] of state.refused) if (line.includes(pattern)) fail(complaint);
const find = (name) => state.links.find((link) => link.ifname === name) ?? fail('Cannot find device "' + name + '"', 1);
const after = (word) => words[words.indexOf(word) + 1];
if (line.startsWith('-json vlan show dev ')) {
  const { ifname, own = [] } = find(after('dev'));
  const flags = ['PVID', 'Egress Untagged'];
  process.stdout.write(JSON.stringify(own.length > 0 ? [{ ifname, vlans: own.map((vlan) => ({ vlan, flags })) }] : []));
} else if (line.startsWith('vlan del vid ')) {
  const link = find(after('dev'));
  if (words.at(-1) !== 'self' || !link.own?.includes(Number(after('vid')))) fail('RTNETLINK answers: No such file or directory');
  link.own = link.own.filter((vlan) => vlan !== Number(after('vid')));
} else if (line === '-json -details link show') process.stdout.write(state.says ?? JSON.stringify(state.links));
else if (line.startsWith('link add ')) {
  const name = after('name');
  if (name.length > 15) fail('Error: argument "' + name + '" is wrong: "name" not a valid ifname', 255);
  if (state.links.some((link) => link.ifname === name)) fail('RTNETLINK answers: File exists');
  const kind = after('type');
  const link = { ifindex: state.links.length + 1, ifname: name, flags: ['BROADCAST'], linkinfo: { info_kind: kind, info_data: {} } };
  if (kind === 'bridge') {
    link.linkinfo.info_data = { vlan_filtering: words.includes('vlan_filtering') ? Number(after('vlan_filtering')) : 0 };
    link.own = [1];
  } else if (kind === 'vlan') {
    link.link = find(words[words.lastIndexOf('link') + 1]).ifname;
    if (find(after('master')).linkinfo?.info_kind !== 'bridge') fail('RTNETLINK answers: Operation not supported');
    link.master = after('master');
    link.linkinfo.info_data = { protocol: after('protocol'), id: Number(after('id')), flags: ['REORDER_HDR'] };
  }
  state.links.push(link);
} else if (line.startsWith('link set dev ')) {
  const link = find(after('dev'));
  if (words.at(-1) === 'up') link.flags.push('UP');
  else if (after('addrgenmode') === 'none') link.inet6_addr_gen_mode = 'none';
  else fail('what?');
} else if (line.startsWith('link delete dev ')) {
  const { ifname } = find(after('dev'));
  state.links = state.links.filter((link) => link.ifname !== ifname);
  for (const link of state.links) if (link.master === ifname) delete link.master;
} else fail('what?');
writeFileSync(FILE, JSON.stringify(state));
`;

const links = z.array(
  z.looseObject({ ifname: z.string(), master: z.string().optional(), flags: z.array(z.string()).optional() }),
);
type Links = z.output<typeof links>;

/** Interfaces of a host that is none. */
export interface FakeInterfaces {
  /** A folder that goes with the test. */
  readonly folder: string;
  links(): Links;
  /** Changes what is there, behind everybody's back. */
  change(change: (links: Links) => Links): void;
  /** Has calls that contain a text fail with a complaint. */
  refuse(text: string, complaint: string): void;
  /** Has this be printed in place of the interfaces. */
  say(text: string): void;
  /** All calls that change something, in order. */
  changes(): string[];
}

/** Puts programs in the place of `ip` and `bridge`, for as long as the test runs. At first there are these interfaces. */
export function fakeInterfaces(...names: string[]): FakeInterfaces {
  const folder = mkdtempSync(join(tmpdir(), 'haas-ip-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'links.json');
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  for (const name of ['ip', 'bridge']) {
    writeFileSync(join(programs, name), `#!${process.execPath}\nconst FILE = ${JSON.stringify(file)};${program}`);
    chmodSync(join(programs, name), 0o755);
  }
  writeFileSync(join(programs, 'package.json'), '{"type": "commonjs"}');
  writeFileSync(`${file}.log`, '');
  const state = { refused: [] as [string, string][], says: undefined as string | undefined };
  const write = (now: Links) => writeFileSync(file, JSON.stringify({ ...state, links: now }));
  const read = () => z.object({ links }).parse(JSON.parse(readFileSync(file, 'utf8'))).links;
  write(names.map((ifname) => ({ ifname, flags: ['UP'] })));
  lookIn(programs);
  return {
    folder,
    links: read,
    change: (change) => write(change(read())),
    refuse(text, complaint) {
      state.refused.push([text, complaint]);
      write(read());
    },
    say(text) {
      state.says = text;
      write(read());
    },
    changes: () =>
      readFileSync(`${file}.log`, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('-json')),
  };
}
