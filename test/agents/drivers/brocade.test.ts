import { describe, expect, onTestFinished, test } from 'vitest';
import { brocade, brocadeFamily } from '../../../agents/drivers/brocade.ts';
import type { OpenSwitch } from '../../../agents/drivers/driver.ts';
import { findDriver } from '../../../agents/drivers/drivers.ts';
import type { NotUnderstood } from '../../../agents/drivers/port-family.ts';
import type { RestStep } from '../../../agents/drivers/rest-switch.ts';
import { type Asked, type Reply, scriptedServer } from '../sessions/scripted-server.ts';

const want = { native: 100, tagged: [], enabled: true };
const settings = { tls: false, interface_type: 'TenGigabitEthernet' } as const;
const path = '/rest/config/running/interface/TenGigabitEthernet/%227/0/12%22';
const trunk = `${path}/switchport/trunk`;

/** Steps as one line each: method, path, body and the other statuses that are all right. */
function lines(steps: readonly RestStep[] | NotUnderstood): string[] {
  if ('problem' in steps) throw new Error(steps.problem);
  return steps.map(({ method, path: to, body, also = [] }) =>
    [method, to, body ?? [], also.length > 0 ? `(${also.join()})` : []].flat().join(' '),
  );
}

describe('brocade: requests', () => {
  test('shuts and makes sure, makes the VLANs, trunks, empties the list, takes the tag off the native VLAN, and leaves the port shut', () => {
    expect(lines(brocadeFamily.change('7/0/12', { native: 100, tagged: [101, 102, 300], enabled: true }, settings, []))).toEqual([
      `POST ${path} <shutdown>true</shutdown> (409)`,
      `GET ${path}/shutdown`,
      ...[100, 101, 102, 300].map(
        (vlan) => `POST /rest/config/running/interface-vlan/interface <vlan><name>${vlan}</name></vlan> (409)`,
      ),
      `POST ${path} <switchport></switchport> (409)`,
      `PUT ${path}/switchport/mode <mode><vlan-mode>trunk</vlan-mode></mode>`,
      `PUT ${trunk}/allowed/vlan <vlan><none>true</none></vlan>`,
      `DELETE ${trunk}/tag/native-vlan (404)`,
      `PUT ${trunk} <trunk><native-vlan>100</native-vlan></trunk>`,
      `PUT ${trunk}/allowed/vlan <vlan><add>101-102,300</add></vlan>`,
    ]);
  });

  test('without a native VLAN none is named', () => {
    const steps = lines(brocadeFamily.change('7/0/12', { native: null, tagged: [], enabled: false }, settings, []));
    expect(steps.slice(-2)).toEqual([`DELETE ${trunk}/native-vlan (404)`, `DELETE ${path}/switchport (404)`]);
    expect(steps.join()).not.toMatch(/<add>/);
    const tagged = lines(brocadeFamily.change('7/0/12', { native: null, tagged: [5], enabled: false }, settings, []));
    expect(tagged.join()).not.toContain(`DELETE ${path}/switchport (404)`);
  });

  test('splits long lists', () => {
    const tagged = Array.from({ length: 200 }, (_, index) => 1003 + 2 * index);
    const steps = lines(brocadeFamily.change('7/0/12', { native: 2, tagged, enabled: true }, settings, []));
    const adds = steps.flatMap((line) => /<add>(.*)<\/add>/.exec(line)?.[1] ?? []);
    expect(adds.length).toBeGreaterThan(5);
    expect(adds.every((list) => list.length <= 160)).toBe(true);
    expect(adds.join(',').split(',').map(Number)).toEqual(tagged);
  });

  test('opens and shuts with nothing else, on ports of other types too', () => {
    const forty = '/rest/config/running/interface/FortyGigabitEthernet/%227/0/49%22';
    expect(lines(brocadeFamily.enable('FortyGigabitEthernet7/0/49', settings, want))).toEqual([`DELETE ${forty}/shutdown (404)`]);
    expect(lines(brocadeFamily.shut('FortyGigabitEthernet7/0/49', settings))).toEqual([
      `POST ${forty} <shutdown>true</shutdown> (409)`,
      `GET ${forty}/shutdown`,
    ]);
  });

  test('nothing that is no port becomes a path', () => {
    expect(() => brocadeFamily.enable('7/0/12%22/../1', settings, want)).toThrow(TypeError);
  });
});

/** A switch with one port, told in the switch's own documents; `fault` may answer in its place. */
async function vdx(fault: (asked: Asked) => Reply | undefined = () => undefined) {
  const port = { shutdown: false, switchport: true, mode: 'access', allowed: [] as string[], native: '', tag: true };
  const answer = (asked: Asked): Reply => {
    if (asked.authorization !== `Basic ${Buffer.from('haas:s3cret').toString('base64')}`) return { status: 401 };
    const instead = fault(asked);
    if (instead) return instead;
    const { method, path: to, body } = asked;
    const value = />([^<>]+)</.exec(body)?.[1] ?? '';
    const set = (change: () => void): Reply => {
      change();
      return { status: 204 };
    };
    if (to === '/rest') return { status: 200, text: '<rest xmlns="http://brocade.com/ns/rest"/>' };
    if (to === '/rest/operational-state/show-firmware-version')
      return {
        status: 200,
        text: "<output xmlns='urn:x'><show-firmware-version><os-name>x</os-name><os-version>5.0.1b</os-version></show-firmware-version></output>",
      };
    if (!to.startsWith(path)) return { status: 404, text: '<errors><error-tag>data-missing</error-tag></errors>' };
    const ofTrunk = `<trunk xmlns="urn:x"><allowed><vlan>${port.allowed.map((list) => `<add>${list}</add>`).join('')}</vlan></allowed><tag>${port.tag ? '<native-vlan>true</native-vlan>' : ''}</tag>${port.native && `<native-vlan>${port.native}</native-vlan>`}</trunk>`;
    const routes: Record<string, () => Reply> = {
      'GET ': () => ({ status: 200, text: '<TenGigabitEthernet xmlns="urn:x"><name>7/0/12</name></TenGigabitEthernet>' }),
      'POST ': () => {
        if (body.includes('switchport'))
          return port.switchport
            ? { status: 409 }
            : set(() => {
                port.switchport = true;
              });
        return port.shutdown
          ? { status: 409 }
          : set(() => {
              port.shutdown = true;
            });
      },
      'GET /shutdown': () =>
        port.shutdown ? { status: 200, text: '<shutdown xmlns="urn:x">true</shutdown>\n' } : { status: 404 },
      'DELETE /shutdown': () =>
        set(() => {
          port.shutdown = false;
        }),
      'GET /switchport/mode': () => ({ status: 200, text: `<mode xmlns="urn:x"><vlan-mode>${port.mode}</vlan-mode></mode>` }),
      'PUT /switchport/mode': () =>
        set(() => {
          port.mode = value;
        }),
      'GET /switchport/trunk': () => (port.mode === 'trunk' ? { status: 200, text: ofTrunk } : { status: 404 }),
      'PUT /switchport/trunk': () =>
        set(() => {
          port.native = value;
        }),
      'PUT /switchport/trunk/allowed/vlan': () =>
        body.includes('none')
          ? port.allowed.length > 0
            ? set(() => {
                port.allowed = [];
              })
            : { status: 400 }
          : set(() => {
              port.allowed.push(value);
            }),
      'DELETE /switchport/trunk/tag/native-vlan': () =>
        port.tag
          ? set(() => {
              port.tag = false;
            })
          : { status: 404 },
      'DELETE /switchport/trunk/native-vlan': () =>
        port.native
          ? set(() => {
              port.native = '';
            })
          : { status: 404 },
      'GET /switchport/access': () => ({ status: 404 }),
    };
    return routes[`${method} ${to.slice(path.length)}`]?.() ?? { status: 400, text: 'no such thing' };
  };
  const server = await scriptedServer(answer);
  const target: OpenSwitch = {
    access: { label: 'vdx-7', type: 'brocade', hostname: '127.0.0.1', port: server.port, settings, sealed: 'x' },
    credentials: { username: 'haas', password: 's3cret' },
    hostKeys: { check: () => true },
    stateDir: '/nonexistent',
    signal: new AbortController().signal,
    timeouts: { line: 2_000 },
  };
  const open = async () => {
    const session = await brocade.open(target);
    onTestFinished(() => session.close());
    return session;
  };
  return { port, server, target, open };
}

describe('brocade: over a socket', () => {
  test('sets, reads, shuts, repeats, and tells its version', async () => {
    const { port, open, server } = await vdx();
    const session = await open();
    expect(await session.readVersion()).toBe('5.0.1b');
    expect(await session.readPort('7/0/12')).toEqual({ native: 1, tagged: [], enabled: true });
    const want = { native: 100, tagged: [101, 200], enabled: true };
    for (const _ of [1, 2]) {
      await session.setPort('TenGigabitEthernet 7/0/12', want);
      expect(await session.readPort('7/0/12')).toEqual(want);
      expect(port).toMatchObject({ shutdown: false, native: '100', allowed: ['101,200'], tag: false });
    }
    await session.shutPort('7/0/12');
    await session.shutPort('7/0/12');
    expect(await session.readPort('7/0/12')).toEqual({ ...want, enabled: false });
    await session.setPort('7/0/12', { native: null, tagged: [], enabled: false });
    expect(await session.readPort('7/0/12')).toEqual({ native: null, tagged: [], enabled: false });
    const before = server.asked.length;
    await session.save();
    expect(server.asked).toHaveLength(before);
  });

  test('a port that is up without a native VLAN is refused before anything is sent', async () => {
    const { open, server } = await vdx();
    const session = await open();
    const before = server.asked.length;
    await expect(session.setPort('7/0/12', { native: null, tagged: [5], enabled: true })).rejects.toMatchObject({
      fault: 'refused',
    });
    expect(server.asked).toHaveLength(before);
  });

  test('a port that is not there is refused', async () => {
    const session = await (await vdx()).open();
    const works = [() => session.readPort('9/0/1'), () => session.setPort('9/0/1', want), () => session.shutPort('9/0/1')];
    for (const work of works)
      await expect(work()).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining('HTTP 404') });
  });

  test.each<[string, string, Reply, string]>([
    ['refuses a VLAN', '<add>', { status: 400, text: '<error-message>VLAN 101 does not exist</error-message>' }, 'refused'],
    ['answers a change with words', '<add>', { status: 200, text: '<html>Welcome</html>' }, 'unintelligible'],
    ['hangs up on a change', '<add>', 'hangs up', 'lost'],
    ['answers half', '<add>', 'half', 'lost'],
    ['does not shut the port, and says "conflict"', '<shutdown>', { status: 409 }, 'refused'],
    ['has no right for it', '<add>', { status: 403 }, 'denied'],
  ])('a switch that %s', async (_, part, reply, fault) => {
    const { port, open } = await vdx(({ method, body }) => (method !== 'GET' && body.includes(part) ? reply : undefined));
    const session = await open();
    await expect(session.setPort('7/0/12', { native: 100, tagged: [101], enabled: true })).rejects.toMatchObject({ fault });
    expect(port.shutdown || port.mode === 'access').toBe(true);
  });

  test('a switch that only says yes keeps its port shut', async () => {
    const { port, open } = await vdx(({ body }) => (body.includes('<add>') ? { status: 204 } : undefined));
    const session = await open();
    await session.setPort('7/0/12', { native: 100, tagged: [101], enabled: true });
    expect(port.shutdown).toBe(true);
  });

  test('a wrong password is denied, and settings of another family are refused', async () => {
    const { target } = await vdx();
    await expect(brocade.open({ ...target, credentials: { username: 'haas', password: 'wrong' } })).rejects.toMatchObject({
      fault: 'denied',
    });
    const access = { ...target.access, settings: { transport: 'ssh' } };
    await expect(brocade.open({ ...target, access })).rejects.toMatchObject({ fault: 'refused' });
    expect(findDriver('brocade')).toBe(brocade);
  });
});
