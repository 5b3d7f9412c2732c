import { describe, expect, test } from 'vitest';
import { ssh, tcp } from '../far-end.ts';
import { answer, commit, configuring, LOGIN, passed, session, start, type } from './switch-under-test.ts';

describe('logging in', () => {
  test('over SSH lands in the CLI, with the member of the chassis above the prompt', async () => {
    const far = await ssh({ port: (await start()).tcpPort('ssh'), ...LOGIN });
    expect(await far.until('admin@sw1> ')).toMatch(/^--- JUNOS .*\r\n\{master:0\}\r\nadmin@sw1> $/);
    far.send('configure\r');
    expect(await far.until('admin@sw1# ')).toBe(
      'configure\r\nEntering configuration mode\r\n\r\n{master:0}[edit]\r\nadmin@sw1# ',
    );
    far.send('exit\rexit\r');
    await far.untilEnd();
  });

  test('over telnet shows the terminal, and a switch alone no chassis', async () => {
    const far = await tcp((await start({ virtualChassis: false })).tcpPort('telnet'));
    await far.until('sw1 (ttyp0)\r\n\r\nlogin: ');
    far.send('admin\r\nwrong\r\n');
    await far.until('Login incorrect\r\n');
    far.send('admin\r\nSecret9\r\n');
    await far.until(/UTC\r\nadmin@sw1> $/);
    far.send('configure private\r\n');
    expect(await far.until('admin@sw1# ')).toMatch(/mode\r\n\r\n\[edit\]\r\nadmin@sw1# $/);
  });

  test('may land in the shell below, which knows nothing of Junos', async () => {
    const far = await ssh({ port: (await start({ landing: 'shell' })).tcpPort('ssh'), ...LOGIN });
    await far.until('admin@sw1:RE:0% ');
    far.send('show version\r');
    expect(await far.until('% ')).toContain('show: Command not found.\r\n');
    far.send('cli\r');
    await far.until('{master:0}\r\nadmin@sw1> ');
    far.send('exit\r');
    await far.until('admin@sw1:RE:0% ');
    far.send('exit\r');
    await far.untilEnd();
  });
});

describe('the command line', () => {
  test.for([
    ['operational', 'shizzle', 0, 'unknown command.'],
    ['operational', 'set vlans v100 vlan-id 100', 4, 'syntax error, expecting <command>.'],
    ['operational', 'show shizzle', 5, 'syntax error, expecting <command>.'],
    ['operational', 'show', 4, 'syntax error, expecting <command>.'],
    ['operational', 'show version | shizzle', 15, 'syntax error.'],
    ['operational', 'show configuration shizzle', 19, 'syntax error.'],
    ['configuration', 'show vlans | shizzle', 13, 'syntax error.'],
    ['configuration', 'configure', 0, 'unknown command.'],
    ['configuration', 'shizzle', 0, 'unknown command.'],
    ['configuration', 'run configure', 4, 'syntax error, expecting <command>.'],
    ['configuration', 'set shizzle', 4, 'syntax error.'],
    ['configuration', 'set vlans v100 vlan-id', 22, 'missing argument.'],
    ['configuration', 'set vlans', 9, 'missing argument.'],
    ['configuration', 'set vlans v100 vlan-id 5000', 23, 'error: Value 5000 is not within range (1..4094)'],
    ['configuration', 'set vlans 100 vlan-id 100', 10, 'error: invalid value: must begin with a letter'],
    ['configuration', 'set interfaces shizzle disable', 15, 'error: invalid interface type'],
    ['configuration', 'set interfaces ge-0/0/1 unit 0 family ethernet-switching port-mode trunk', 57, 'syntax error.'],
    ['configuration', 'set interfaces ge-0/0/1 unit 0 family ethernet-switching interface-mode hybrid', 72, 'syntax error.'],
    ['configuration', 'delete vlans default shizzle', 21, 'syntax error.'],
    ['configuration', 'commit shizzle', 7, 'syntax error.'],
    ['configuration', 'commit confirmed 0', 17, 'error: Value 0 is not within range (1..65535)'],
    ['configuration', 'rollback 50', 9, 'error: Value 50 is not within range (0..49)'],
  ] as const)('in %s mode refuses "%s" at %i', async ([mode, line, at, message]) => {
    const simulated = await start();
    const far = mode === 'operational' ? await session(simulated) : await configuring(simulated);
    const prompt = mode === 'operational' ? 'admin@sw1> ' : 'admin@sw1# ';
    expect(await answer(far, line)).toBe(`${' '.repeat(prompt.length + at)}^\n${message}\n`);
  });

  test('finds nothing to delete', async () => {
    const far = await configuring(await start());
    expect(await answer(far, 'delete vlans v100')).toBe('warning: statement not found\n');
    expect(await answer(far, 'delete interfaces ge-0/0/1 disable')).toBe('warning: statement not found\n');
    expect(await answer(far, 'rollback 7')).toBe('error: configuration rollback 7 does not exist\n');
  });

  test('walks through the hierarchy', async () => {
    const far = await configuring(await start());
    for (const [line, level] of [
      ['edit interfaces ge-0/0/1 unit 0', ' interfaces ge-0/0/1 unit 0'],
      ['edit family ethernet-switching', ' interfaces ge-0/0/1 unit 0 family ethernet-switching'],
      ['set interface-mode trunk', ' interfaces ge-0/0/1 unit 0 family ethernet-switching'],
      ['up', ' interfaces ge-0/0/1 unit 0 family'],
      ['exit', ' interfaces ge-0/0/1 unit 0 family ethernet-switching'],
      ['top', ''],
      ['edit vlans v100', ' vlans v100'],
      ['set vlan-id 100', ' vlans v100'],
      ['top', ''],
    ]) {
      far.send(`${line}\r\n`);
      expect(await far.until('admin@sw1# ')).toBe(`${line}\r\n\r\n{master:0}[edit${level}]\r\nadmin@sw1# `);
    }
    expect(await answer(far, 'show | display set | match "ge-0/0/1 .*mode|v100"')).toBe(
      `set interfaces ge-0/0/1 unit 0 family ethernet-switching interface-mode trunk
set vlans v100 vlan-id 100
`,
    );
  });

  test('asks before it deletes everything, and takes silence for no', async () => {
    const simulated = await start();
    const far = await configuring(simulated);
    for (const reply of ['', 'yes']) {
      far.send('delete\r\n');
      await far.until('This will delete the entire configuration\r\nDelete everything under this level? [yes,no] (no) ');
      far.send(`${reply}\r\n`);
      await far.until('admin@sw1# ');
      await commit(far);
      expect(simulated.port('ge-0/0/3').native).toBe(reply === 'yes' ? null : 1);
    }
  });

  test('pages as wide and long as it is told', async () => {
    const far = await session(await start());
    far.send('show configuration\r\n');
    expect((await far.until('---(more)---')).split('\n')).toHaveLength(25);
    far.send(' ');
    await far.until(`\r${' '.repeat(40)}\r`);
    far.send('q');
    await far.until('admin@sw1> ');
    expect(await answer(far, 'show configuration | no-more')).toContain('vlans {\n');
    expect(await answer(far, 'set cli screen-length 0')).toBe('Screen length set to 0\n');
    expect(await answer(far, 'set cli screen-width 511')).toBe('Screen width set to 511\n');
    expect(await answer(far, 'show configuration')).toContain('vlans {\n');
  });
});

describe('faults', () => {
  test('a lie about a set, and about a commit', async () => {
    const simulated = await start();
    const far = await configuring(simulated);
    simulated.faults.lie = /^set vlans v200|^commit/;
    await commit(far, 'set vlans v100 vlan-id 100', 'set vlans v200 vlan-id 200');
    expect(simulated.vlans()).toEqual([1]);
    expect(await answer(far, 'exit configuration-mode')).toBe('Exiting configuration mode\n');
    expect(await answer(far, 'show configuration vlans | display set')).toBe('set vlans default vlan-id 1\n');
  });

  test('refuse, garble, log, drop', async () => {
    const simulated = await start({ faults: { refuse: /^set vlans v100/, garble: /^run/, log: /^set vlans v200/ } });
    const far = await configuring(simulated, 'configure exclusive');
    expect(await answer(far, 'set vlans v100 vlan-id 100')).toContain('unknown command.\n');
    expect(await answer(far, 'run show version')).not.toContain('Model');
    far.send('set vlans v200 vlan-id 200\r\n');
    await far.until(/admin@sw1# \w{3} [ \d]\d [\d:]{8} {2}sw1 mib2d\[1784\]: SNMP_TRAP_LINK_UP: .*\r\n/);
    simulated.faults.drop = /^commit/;
    far.send('commit\r\n');
    await far.untilEnd();
    expect(simulated.vlans()).toEqual([1, 200]);
  });

  test('a commit goes on that nobody waits for, and is lost in a reboot', async () => {
    const simulated = await start({ saveDelay: 150 });
    for (const [vlan, reboots] of [
      [100, false],
      [200, true],
    ] as const) {
      const far = await configuring(simulated);
      await type(far, `set vlans v${vlan} vlan-id ${vlan}`);
      far.send('commit\r\n');
      await far.until('check succeeds');
      expect(simulated.vlans()).not.toContain(vlan);
      if (reboots) await simulated.reboot();
      else far.close();
      await passed(300);
      expect(simulated.vlans().includes(vlan)).toBe(!reboots);
    }
  });
});
