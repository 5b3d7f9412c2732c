import { command, type Parameter, type Rule } from '../command-grammar.ts';
import type { Action } from '../console.ts';
import { EVERY_VLAN } from '../vlan-list.ts';
import { restOfLine } from './parameters.ts';
import { ALL_ALLOWED, type AllowedChange, changeAllowed, type Switchport } from './switchport.ts';

/** Makes an action of a change to each port of the interface mode one stands in; `edit` says what is new. */
export type OnPorts<S, A> = (edit: (port: Switchport, given: A) => Partial<Switchport>) => Action<S, A>;

/**
 * The lines of `switchport trunk allowed vlan`, the same on IOS and EOS. Each form but the bare list, `all` and `none` changes
 * the list there is, and a fresh port allows every VLAN.
 */
export function trunkListCommands<S, A extends { readonly vlans: readonly number[] }>(
  onPorts: OnPorts<S, A>,
  vlans: Parameter<A>,
): Rule<A, Action<S, A>>[] {
  const trunk = 'switchport trunk allowed vlan';
  const allowed = (change: AllowedChange) => onPorts((port, given) => ({ allowed: changeAllowed(port, change, given.vlans) }));
  const allowAll = onPorts(() => ({ allowed: ALL_ALLOWED }));
  return [
    command(
      allowed((_, given) => given),
      trunk,
      vlans,
    ),
    command(
      allowed((now, given) => [...now, ...given]),
      `${trunk} add`,
      vlans,
    ),
    command(
      allowed((now, given) => now.filter((vlan) => !given.includes(vlan))),
      `${trunk} remove`,
      vlans,
    ),
    command(
      allowed((_, given) => EVERY_VLAN.filter((vlan) => !given.includes(vlan))),
      `${trunk} except`,
      vlans,
    ),
    command(
      allowed(() => []),
      `${trunk} none`,
    ),
    command(allowAll, `${trunk} all`),
    // Taking the list away does not close the trunk: it opens it to every VLAN.
    command(allowAll, `no ${trunk}`),
    command(allowAll, `no ${trunk}`, restOfLine),
  ];
}
