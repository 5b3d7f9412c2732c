import type { Configuration } from './configuration.ts';
import { timestamp } from './time.ts';

const RELEASE = '18.4R2-S4.10';

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * `show system commit`: the newest first. That a commit was to be confirmed stays with it for good; only `rollback pending` says
 * that it still waits (seen on a cJunosEvolved and in Mist's captures).
 */
export function showCommits({ commits, pending }: Configuration): string {
  return text(
    commits.flatMap(({ at, user, client, comment, confirmed }, index) => {
      const how = confirmed === null ? '' : ` commit confirmed, rollback in ${confirmed}mins`;
      return [
        `${String(index).padEnd(3)} ${timestamp(new Date(at))} by ${user} via ${client}${how}`,
        ...(comment === null ? [] : [`    ${comment}`]),
        ...(index === 0 && pending !== null ? ['    rollback pending'] : []),
      ];
    }),
  );
}

/** `show version` of an EX4300; a member of a virtual chassis puts its number above. */
export function showVersion(hostname: string, isVirtualChassis: boolean): string {
  return text([
    ...(isVirtualChassis ? ['fpc0:', '-'.repeat(74)] : []),
    `Hostname: ${hostname}`,
    'Model: ex4300-48t',
    `Junos: ${RELEASE}`,
    `JUNOS EX  Software Suite [${RELEASE}]`,
    `JUNOS FIPS mode utilities [${RELEASE}]`,
  ]);
}

/** The lines that stand above a configuration shown as a whole, and the parts of it that cannot be changed here. */
export function configurationHead({ commits: [newest] }: Configuration, hostname: string): string {
  const { at, user } = newest ?? { at: 0, user: 'root' };
  return text([
    `## Last commit: ${timestamp(new Date(at))} by ${user}`,
    `version ${RELEASE};`,
    'system {',
    `    host-name ${hostname};`,
    '    services {',
    '        ssh;',
    '    }',
    '}',
  ]);
}

/** The release, as the greeting has it. */
export const GREETING = `--- JUNOS ${RELEASE} built 2019-12-10 05:31:21 UTC`;
