import { z } from 'zod';
import { CaptureError, type Captures, type PortRecord, type StatusRecord } from './capture.ts';
import { cumulusInterface } from './cumulus.ts';
import { isBlank, isPrompt, linesOf } from './table.ts';
import { parseVlans } from './vlan-list.ts';

/** What NVUE prints, read by itself: `nv show interface -o json`, with `--applied` for what ports hold and without for their links. */
export const cumulusCaptures: Captures = { switchport: readPorts, status: readInterfaces };

/** Ports of the front panel. VLANs that are inherited from the bridge are left out: they are not told here. */
function readPorts(text: string): PortRecord[] {
  return interfaces(text).flatMap(([port, { type, bridge, link, description }]): PortRecord[] => {
    if (!/^swp\d/.test(port) && type !== 'bond') return [];
    const said = {
      ...(link?.state === undefined ? {} : { enabled: link.state === 'up' }),
      ...(typeof description === 'string' ? { description } : {}),
    };
    const [domain] = Object.values(bridge?.domain ?? {});
    if (!domain) return [{ port, native: null, tagged: [], ...said }];
    const { access = 'none', untagged = 'auto', vlan = {} } = domain;
    if (typeof access === 'number') return [{ port, mode: 'access', native: access, tagged: [], ...said }];
    const vlans = 'all' in vlan || Object.keys(vlan).length === 0 ? null : parseVlans(Object.keys(vlan).join(','));
    const native = untagged === 'none' ? null : untagged === 'auto' ? undefined : untagged;
    return [
      {
        port,
        mode: 'trunk',
        ...(native === undefined ? {} : { native }),
        ...(vlans === null ? {} : { tagged: vlans.filter((one) => one !== native) }),
        ...said,
      },
    ];
  });
}

function readInterfaces(text: string): StatusRecord[] {
  return interfaces(text).map(([port, { type, link }]) => {
    const speed = link?.['speed'];
    return {
      port,
      status: link?.state ?? 'unknown',
      ...(typeof speed === 'string' ? { speed } : {}),
      ...(type === undefined ? {} : { type }),
    };
  });
}

/** The interfaces of a capture by name. Throws CaptureError for anything else than their JSON between prompts. */
function interfaces(text: string): [string, z.output<typeof cumulusInterface>][] {
  const lines = linesOf(text).filter((line) => !isBlank(line) && !isPrompt(line) && !/^\S+:~?\$ nv show\b/.test(line.text));
  const first = lines[0];
  const wrong = (problem: string) => new CaptureError(first?.number ?? 1, first?.text ?? '', problem);
  let json: unknown;
  try {
    json = JSON.parse(lines.map((line) => line.text).join('\n'));
  } catch {
    throw wrong('no JSON, or half of it');
  }
  const parsed = z.record(z.string(), cumulusInterface).safeParse(json);
  if (!parsed.success) throw wrong(`no interfaces by name (${parsed.error.issues[0]?.path.join('.')})`);
  return Object.entries(parsed.data);
}
