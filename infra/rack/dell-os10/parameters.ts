import type { Parameter } from '../command-grammar.ts';
import { type Arguments, vlanList } from '../switchport/parameters.ts';
import { LAST_VLAN } from './configuration.ts';
import { ILLEGAL } from './wording.ts';

/** The form of canonical port names: `ethernet1/1/1`, or `ethernet1/1/1:2` for a lane of a port that is broken out. */
export const PORT_NAME = /^ethernet\d{1,2}\/\d{1,2}\/\d{1,3}(:\d)?$/;

/** One port: `ethernet 1/1/1`, `ethernet1/1/1`, `eth1/1/1`, `e 1/1/1`. Only `ports` are there. */
export function portOf(ports: readonly string[]): Parameter<Arguments> {
  return (rest) => {
    const [whole = '', type = '', path = ''] = /^([a-z]+)\s*(\S*)/i.exec(rest) ?? [];
    if (type === '' || !'ethernet'.startsWith(type.toLowerCase())) return { at: 0, message: ILLEGAL };
    if (path === '') return 'incomplete';
    const name = `ethernet${path}`;
    return ports.includes(name) ? { length: whole.length, set: { interfaces: [name] } } : { at: 0, message: ILLEGAL };
  };
}

/** A range of ports behind the word `ethernet`: `1/1/1-1/1/4`, `1/1/1-1/1/4,1/1/7`. */
export function portRange(ports: readonly string[]): Parameter<Arguments> {
  return (rest) => {
    const [whole = '', type = '', list = ''] = /^([a-z]+)\s*(\S*)/i.exec(rest) ?? [];
    if (type === '' || !'ethernet'.startsWith(type.toLowerCase())) return { at: 0, message: ILLEGAL };
    if (list === '') return 'incomplete';
    const interfaces = list.split(',').flatMap((part) => {
      const [first = '', last = first] = part.split('-');
      const [from, to] = [ports.indexOf(`ethernet${first}`), ports.indexOf(`ethernet${last}`)];
      return from < 0 || to < from ? [null] : ports.slice(from, to + 1);
    });
    const known = interfaces.flatMap((name) => name ?? []);
    if (known.length < interfaces.length) return { at: 0, message: ILLEGAL };
    return { length: whole.length, set: { interfaces: known, text: list } };
  };
}

const anyList = vlanList(() => ILLEGAL);

/** A list of VLANs such as `5,10-12`. */
export const vlans: Parameter<Arguments> = (rest) => {
  const taken = anyList(rest);
  const outside = typeof taken === 'object' && 'set' in taken && taken.set.vlans?.some((vlan) => vlan > LAST_VLAN);
  return outside ? { at: 0, message: ILLEGAL } : taken;
};

/** One VLAN. */
export const vlan: Parameter<Arguments> = (rest) => (/^\d+(\s|$)/.test(rest) ? vlans(rest) : { at: 0, message: ILLEGAL });

/** A VLAN as an interface: `vlan 100` or `vlan100`. */
export const vlanInterface: Parameter<Arguments> = (rest) => prefixed(rest, vlan);

/** A range of VLANs as interfaces: `vlan 100-110`. */
export const vlanRange: Parameter<Arguments> = (rest) => prefixed(rest, vlans);

function prefixed(rest: string, parameter: Parameter<Arguments>): ReturnType<Parameter<Arguments>> {
  const [word = '', type = ''] = /^([a-z]+)\s*/i.exec(rest) ?? [];
  if (type === '' || !'vlan'.startsWith(type.toLowerCase())) return { at: 0, message: ILLEGAL };
  if (rest.length === word.length) return 'incomplete';
  const taken = parameter(rest.slice(word.length));
  if (taken === 'incomplete') return taken;
  return 'message' in taken ? { ...taken, at: word.length + taken.at } : { ...taken, length: word.length + taken.length };
}
