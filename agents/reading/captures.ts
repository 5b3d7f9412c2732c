import { aristaEosCaptures } from './arista-eos-captures.ts';
import { brocadeCaptures } from './brocade-captures.ts';
import type { Captures } from './capture.ts';
import { ciscoIosCaptures } from './cisco-ios-captures.ts';
import { cumulusCaptures } from './cumulus-captures.ts';
import { dellOs10Captures } from './dell-os10-captures.ts';
import { delln3000Captures } from './delln3000-captures.ts';
import { dellnos9Captures } from './dellnos9-captures.ts';
import { junosCaptures } from './junos-captures.ts';
import { nexusCaptures } from './nexus-captures.ts';
import { ovsCaptures } from './ovs-captures.ts';
import { powerconnect55xxCaptures } from './powerconnect55xx-captures.ts';
import { sonicCaptures } from './sonic-captures.ts';

/** What can be read of captured output, by the type of the switch. */
export const captures: Readonly<Record<string, Captures>> = {
  arista_eos: aristaEosCaptures,
  brocade: brocadeCaptures,
  cisco_ios: ciscoIosCaptures,
  cumulus: cumulusCaptures,
  dell_os10: dellOs10Captures,
  delln3000: delln3000Captures,
  dellnos9: dellnos9Captures,
  junos: junosCaptures,
  nexus: nexusCaptures,
  ovs: ovsCaptures,
  powerconnect55xx: powerconnect55xxCaptures,
  sonic: sonicCaptures,
};
