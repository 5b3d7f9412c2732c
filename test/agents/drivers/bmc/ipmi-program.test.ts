import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ipmiDriver } from '../../../../agents/drivers/bmc/ipmi.ts';
import { until } from '../../../support/until.ts';
import { folder, open, type Wanted } from './bench.ts';

/** A program in the place of ipmitool, of a few lines of shell. `$*` are all its arguments; `$log` is a file for what it notes. */
function program(...lines: string[]): { readonly file: string; readonly noted: () => string } {
  const path = folder();
  const file = join(path, 'ipmitool');
  const log = join(path, 'log');
  writeFileSync(file, ['#!/bin/sh', `log=${log}`, ...lines, ''].join('\n'));
  chmodSync(file, 0o700);
  return { file, noted: () => (existsSync(log) ? readFileSync(log, 'utf8') : '') };
}

const bmcOf = (file: string, wanted: Wanted = {}, timeout = 10_000) =>
  open(ipmiDriver({ program: file, timeout }), { password: 's3cret', ...wanted });

/** A program whose answer to one command is this, and to every other that all is well. */
const answering = (command: string, stdout: string, stderr: string, code: number) =>
  program(
    `case "$*" in *"${command}"*) printf '%b' '${stdout}'; printf '%b' '${stderr}' >&2; exit ${code};; esac`,
    'echo "RAW RSP (0 bytes)"',
  );

describe('ipmi: what the program does', () => {
  test('one that is not there must be installed', async () => {
    const bmc = bmcOf('/nowhere/ipmitool');
    for (const failing of [bmc.readPower(), bmc.setPower('on'), bmc.openConsole(() => {})])
      await expect(failing).rejects.toMatchObject({
        diagnosis: 'no-program',
        fault: 'unreachable',
        message: expect.stringContaining('install ipmitool on the management node'),
      });
  });

  test.each([
    ['nothing at all', '', '', 0],
    ['rubbish', 'Lorem ipsum\\n', 'dolor\\n', 0],
    ['rubbish, with another code', '', 'Segmentation fault\\n', 139],
    ['half of an answer', 'Chassis Power is o', '', 0],
    ['more than an answer', 'Chassis Power is on\\nChassis Power is off\\n', '', 0],
    ['control characters', '\\033[2J\\000\\007\\n', '', 0],
  ])('%s is not recognised', async (_, stdout, stderr, code) => {
    const bmc = bmcOf(answering('power status', stdout, stderr, code).file);
    const failing = expect(bmc.readPower()).rejects;
    await failing.toMatchObject({
      diagnosis: 'unrecognised',
      fault: 'unintelligible',
      message: expect.stringMatching(/^node-1: [ -~]+$/),
    });
  });

  test('what went wrong on the way to an open session does not count once it is open', async () => {
    const { file } = answering('power on', '', '> Error: no response from RAKP 1 message\\n', 0);
    await expect(bmcOf(file).setPower('on')).rejects.toMatchObject({ diagnosis: 'unrecognised' });
  });

  test.each([
    ['endless output', 'yes', 'unrecognised'],
    ['endless complaints', 'yes "Error: Error: Assertion x" >&2', 'unrecognised'],
    ['no end', 'sleep 60', 'hung'],
    ['no end of what it left running', 'sleep 60 & exit 0', 'hung'],
    ['a deaf ear', 'trap "" TERM INT; while :; do sleep 1; done', 'hung'],
  ])('%s ends', async (_, line, diagnosis) => {
    await expect(bmcOf(program(line).file, {}, 3_000).setPower('on')).rejects.toMatchObject({ diagnosis });
  });

  test('one that crashes is quoted, without the password', async () => {
    const { file } = program('echo "password is $IPMI_PASSWORD" >&2; kill -SEGV $$');
    await expect(bmcOf(file).setPower('on')).rejects.toMatchObject({
      diagnosis: 'hung',
      message: expect.stringMatching(/^(?!.*s3cret).*password is \*\*\*/),
    });
  });

  test('the password goes by the environment, whatever it is made of', async () => {
    const password = `a "'$;\\\`*~!#%&<>|x`.padEnd(20, '(');
    const { file, noted } = program('printf "%s\\n" "$IPMI_PASSWORD" "$@" > "$log"', 'echo "Chassis Power is on"');
    const settings = { cipher_suite: 3, privilege_level: 'operator' } as const;
    expect(await bmcOf(file, { user: `o"'$;\\p`, password, settings }).readPower()).toBe('on');
    const [given, ...words] = noted().trimEnd().split('\n');
    expect(given).toBe(password);
    expect(words).toEqual(
      [
        '-v',
        '-I',
        'lanplus',
        '-H',
        '127.0.0.1',
        '-p',
        '623',
        '-U',
        `o"'$;\\p`,
        '-E',
        '-L',
        'OPERATOR',
        '-C',
        '3',
        '-N',
        '1',
        '-R',
        '2',
      ].concat('chassis', 'power', 'status'),
    );
  });
});

describe('ipmi: cipher suites', () => {
  const refusal = 'echo "Error in open session response message : no matching cipher suite" >&2; exit 1';
  const suites = (noted: string) => [...noted.matchAll(/-C (\d+)/g)].map(([, suite]) => Number(suite));

  test('the best one that the BMC takes is remembered, and looked for again when it is not taken any more', async () => {
    const path = folder();
    const { file, noted } = program(
      'echo "$*" >> "$log"',
      `case "$*" in *"-C $(cat ${path}/takes)"*) echo "Chassis Power is on"; exit 0;; esac`,
      refusal,
    );
    const takes = (suite: number) => writeFileSync(join(path, 'takes'), `${suite} `);
    const driver = ipmiDriver({ program: file });
    takes(3);
    expect(await open(driver, {}).readPower()).toBe('on');
    expect(await open(driver, {}).readPower()).toBe('on');
    expect(suites(noted())).toEqual([17, 3, 3]);
    takes(17);
    expect(await open(driver, {}).readPower()).toBe('on');
    expect(await open(driver, {}).readPower()).toBe('on');
    expect(suites(noted())).toEqual([17, 3, 3, 3, 17, 17]);
    // Of another address nothing is known.
    takes(3);
    await expect(open(driver, { port: 624, settings: { cipher_suite: 17 } }).readPower()).rejects.toMatchObject({
      diagnosis: 'cipher',
    });
    expect(await open(driver, { port: 624 }).readPower()).toBe('on');
    expect(suites(noted()).slice(6)).toEqual([17, 17, 3]);
  });

  test('no other failure is tried twice: a BMC may lock its user', async () => {
    const { file, noted } = program('echo "$*" >> "$log"', 'echo "> RAKP 2 HMAC is invalid" >&2; exit 1');
    await expect(bmcOf(file).setBoot({ device: 'pxe', persistent: false, uefi: false })).rejects.toMatchObject({
      diagnosis: 'wrong-password',
    });
    expect(suites(noted())).toEqual([17]);
  });
});

describe('ipmi: boot devices', () => {
  test('tells every option, and to keep it until it is used', async () => {
    const { file, noted } = program('echo "$*" >> "$log"', 'case "$*" in *bootdev*) echo "Set Boot Device to disk";; esac');
    await bmcOf(file).setBoot({ device: 'disk', persistent: true, uefi: true });
    const commands = noted()
      .split('\n')
      .map((line) => line.replace(/^.*-R 1 /, ''));
    expect(commands.slice(0, 2)).toEqual(['raw 0x00 0x08 0x03 0x08', 'chassis bootdev disk options=persistent,efiboot']);
  });

  test('a BMC that cannot be told to keep it is told the boot device all the same', async () => {
    const { file } = program(
      'case "$*" in *raw*) echo "Unable to send RAW command (channel=0x0 netfn=0x0 lun=0x0 cmd=0x8 rsp=0xcc): Invalid data field in request" >&2; exit 1;; esac',
      'case "$*" in *bootdev*) echo "Set Boot Device to pxe";; esac',
    );
    await bmcOf(file).setBoot({ device: 'pxe', persistent: false, uefi: false });
  });

  test.each([
    ['Set Chassis Boot Parameter 5 failed: Command not supported in present state\\n', 'refused'],
    ['Set Chassis Boot Parameter 5 failed: Insufficient privilege level\\n', 'privilege'],
    ['Error setting Chassis Boot Parameter 5\\n', 'hung'],
    ['', 'unrecognised'],
  ])('one that was not taken is no success, though the program ends with 0: %j', async (stderr, diagnosis) => {
    const bmc = bmcOf(answering('bootdev', '', stderr, 0).file);
    await expect(bmc.setBoot({ device: 'pxe', persistent: false, uefi: false })).rejects.toMatchObject({ diagnosis });
  });

  test.each([
    [
      '8004000000',
      [
        'Boot Flag Valid',
        'Options apply to only next boot',
        'BIOS PC Compatible (legacy) boot ',
        'Boot Device Selector : Force PXE',
      ],
      { device: 'pxe', persistent: false, uefi: false },
    ],
    [
      'e008000000',
      [
        'Boot Flag Valid',
        'Options apply to all future boots',
        'BIOS EFI boot ',
        'Boot Device Selector : Force Boot from default Hard-Drive',
      ],
      { device: 'disk', persistent: true, uefi: true },
    ],
    [
      '2004000000',
      ['Boot Flag Invalid', 'Options apply to only next boot', 'BIOS EFI boot ', 'Boot Device Selector : Force PXE'],
      { device: 'none', persistent: false, uefi: true },
    ],
  ])('reads %s', async (data, lines, boot) => {
    const text = [
      'Boot parameter version: 1',
      'Boot parameter 5 is valid/unlocked',
      `Boot parameter data: ${data}`,
      ' Boot Flags :',
      ...lines.map((line) => `   - ${line}`),
      '',
    ];
    const { file } = answering('bootparam get 5', text.join('\\n'), '', 0);
    expect(await bmcOf(file).readBoot()).toEqual(boot);
  });
});

describe('ipmi: a console that does not open, or close', () => {
  const opened = 'echo "tcgetattr: Inappropriate ioctl for device" >&2';

  test.each([
    ['Info: SOL payload disabled', 'refused', 'serial-over-LAN must be enabled'],
    ['Error activating SOL payload: Insufficient privilege level', 'privilege', 'raise the user'],
    ['Error: No response activating SOL payload', 'hung', 'fell silent'],
    ['Info: SOL payload already active on another session', 'busy', 'end that session'],
    ['What is this', 'unrecognised', 'What is this'],
  ])('%s', async (words, diagnosis, remedy) => {
    const { file, noted } = program(
      'echo "$*" >> "$log"',
      `case "$*" in *deactivate) echo "Info: SOL payload already de-activated" >&2; exit 1;; esac`,
      `echo "${words}" >&2; exit 1`,
    );
    await expect(bmcOf(file).openConsole(() => {})).rejects.toMatchObject({
      diagnosis,
      message: expect.stringContaining(remedy),
    });
    // What somebody else holds is taken from him twice.
    expect(noted().match(/ sol deactivate$/gm)).toHaveLength(diagnosis === 'busy' ? 2 : 1);
  });

  test('one that takes for ever is given up', async () => {
    const { file } = program('case "$*" in *deactivate) exit 0;; esac', 'trap "" TERM; sleep 60');
    await expect(bmcOf(file, {}, 1_000).openConsole(() => {})).rejects.toMatchObject({ diagnosis: 'hung' });
  });

  test('a program that does not end when its input does is killed, and the session ended', async () => {
    const { file, noted } = program(
      'echo "$*" >> "$log"',
      'case "$*" in *deactivate) exit 0;; esac',
      opened,
      'trap "" TERM; echo "hello"; while :; do sleep 1; done',
    );
    const output: Buffer[] = [];
    const line = await bmcOf(file).openConsole((data) => output.push(data));
    await until(() => output.length > 0, 'it prints');
    await line.close();
    expect(await line.ended).toBe('it was closed from here');
    expect(noted().match(/ sol deactivate$/gm)).toHaveLength(2);
    expect(Buffer.concat(output).toString()).toBe('hello\n');
  });

  test('a program that ends by itself ends the line, with what it said last', async () => {
    const { file } = program(
      'case "$*" in *deactivate) exit 0;; esac',
      opened,
      'read line; echo "it is $IPMI_PASSWORD" >&2; exit 1',
    );
    const line = await bmcOf(file).openConsole(() => {});
    await line.write(Buffer.from('x\n'));
    expect(await line.ended).toBe('ipmitool ended: it is ***');
    await expect(line.write(Buffer.from('y'))).rejects.toMatchObject({ diagnosis: 'hung', fault: 'lost' });
  });

  test('a break that cannot be told from what was typed before is refused', async () => {
    const { file } = program('case "$*" in *deactivate) exit 0;; esac', opened, 'cat > "$log"');
    const line = await bmcOf(file).openConsole(() => {});
    await line.write(Buffer.from('x\r'));
    await expect(line.sendBreak()).rejects.toMatchObject({ fault: 'refused' });
    await line.close();
  });
});
