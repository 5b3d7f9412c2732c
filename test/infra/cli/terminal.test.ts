import { describe, expect, test } from 'vitest';
import { haasProgram, homeFolder, inTerminal, terminalsMissing } from '../../support/command-line.ts';
import { apiOnSocket, consoleAgent, consoleWorld, openSocket, typedAt } from '../../support/console-viewers.ts';
import { skipped } from '../../support/lacking.ts';
import { projectNetwork } from '../../support/networks.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';
import { makeWorld } from '../../support/world.ts';

const PASSWORD = 'correct horse';
const ADA = { HAAS_USERNAME: 'ada', HAAS_PASSWORD: PASSWORD };

describe.skipIf(terminalsMissing !== undefined)(`in a real terminal${skipped(terminalsMissing)}`, () => {
  test('a password is asked for without an echo', async (t) => {
    const w = await makeWorld(t);
    const { url } = await apiOnSocket(t, w);
    const terminal = inTerminal(t, `${haasProgram} login ${url}; echo ended $?; stty -a`, { HOME: await homeFolder(t) });
    await terminal.shows('User at ');
    terminal.press('adx\x7fa\r');
    await terminal.shows('Password of ada at ');
    terminal.press(`wrong\x15${PASSWORD}\r`);
    const shown = await terminal.shows(/Signed in at .* as ada\.[\s\S]*ended 0[\s\S]*extproc/);
    expect(shown).not.toContain('correct');
    expect(shown).not.toContain('wrong');
    expect(shown).toMatch(/\nisig icanon iexten echo /);
    expect(await terminal.ended).toBe(0);
  });

  test('a progress line tells what is waited for, and goes; tables fit, with headings that stand out', async (t) => {
    const w = await makeWorld(t);
    await cabledNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await projectNetwork(w, 'net');
    const { url } = await apiOnSocket(t, w);
    const show = `${haasProgram} --endpoint ${url}`;
    const long = 'x'.repeat(100);
    await w.arrange('PUT', '/node/n1/metadata/text', { value: long });
    const terminal = inTerminal(
      t,
      `stty cols 60; ${show} node network connect n1 eth0 net && ${show} node show n1; NO_COLOR=1 ${show} node show n1`,
      ADA,
    );
    await terminal.shows(/\r\x1b\[K[-\\|/] action [\da-f-]{36} is pending 0? ?s?/);
    const action = await until(
      async () => (await w.sql`select id from commands where status = 'queued'`)[0],
      'an action is queued',
    );
    await w.sql`select finish_command(${action['id']}, 'done', null, null, ${w.sql.json({ port: { native: null, tagged: [], enabled: false }, changed: true })})`;
    await terminal.ended;
    const after = terminal.shown().slice(terminal.shown().lastIndexOf('is pending'));
    expect(after).toMatch(/^is pending[^\r]*\r\x1b\[K/);
    const [, coloured = '', plain = ''] = after.split(/(?:\x1b\[1m)?name {2}/);
    expect(coloured).toContain('\x1b[1m');
    expect(plain).not.toContain('\x1b');
    expect(plain).toContain('…');
    for (const line of plain.split('\r\n')) expect(line.length).toBeLessThanOrEqual(60);
  });

  test('a console is attached to, typed into, left; the terminal is as before', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const typed = await typedAt(w);
    const api = await apiOnSocket(t, w);
    await agent.say('login: ');
    const command = `stty -g > before; ${haasProgram} --endpoint ${api.url} node console n1; echo ended $?; stty -g | cmp - before && echo same`;
    const home = await homeFolder(t);
    const terminal = inTerminal(t, `cd ${home}; ${command}`, ADA);
    await terminal.shows('login: ');
    await terminal.shows('[haas: the console of node n1; Ctrl-] leaves]');
    await terminal.shows('[haas: you may type]');
    // Every key is the machine's, also those that a terminal takes for itself.
    terminal.press('root\r\x03\x1a\x11');
    await until(() => typed().join('') === 'root\r\x03\x1a\x11', 'all was typed');
    await agent.say('\x1b[?1049h\x1b[31mred');
    await terminal.shows('red');

    const root = await openSocket(t, api, 'root', '?write=steal');
    await terminal.shows('root types, you only watch');
    await agent.line('down', 'it fell silent');
    await terminal.shows('[haas: it is down: it fell silent]');
    root.leave();
    terminal.press('never\x1dtyped');
    const shown = await terminal.shows(/ended 0[\s\S]*same/);
    expect(shown).toContain('\x1b[?1049l\x1b7\x1b[r\x1b8\x1b[?7h\x1b[4l\x1b[?25h\x1b[0m');
    expect(await terminal.ended).toBe(0);
    expect(typed().join('')).not.toContain('typed');
  });

  test('a console that another types into is only watched, unless that right is stolen; it ends when there is no more', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const typed = await typedAt(w);
    const api = await apiOnSocket(t, w);
    await openSocket(t, api, 'root', '?write=take');
    const command = `${haasProgram} --endpoint ${api.url} node console`;
    const terminal = inTerminal(t, `${command} --escape ^A n1; ${command} attach n1 --steal; echo ended $?`, ADA);
    await terminal.shows(/Ctrl-A leaves[\s\S]*--steal takes the right away/);
    terminal.press('x');
    await terminal.shows('you only watch: attach again to type, with --steal where somebody else does');
    terminal.press('\x01');
    await terminal.shows(/Ctrl-\] leaves[\s\S]*you may type/);
    terminal.press('ls\r');
    await until(() => typed().join('') === 'ls\r', 'it was typed');
    await w.arrange('DELETE', '/node/n1/console');
    await terminal.shows(/\[haas: logging was stopped\][\s\S]*ended 0/);
    await terminal.ended;
  });

  test('a console whose connection is lost is attached to again, and its right to type taken again', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const typed = await typedAt(w);
    const { url } = await apiOnSocket(t, w);
    const proxy = await startProxy(t, Number(new URL(url).port));
    const terminal = inTerminal(t, `${haasProgram} --endpoint ${proxy.url(url)} node console n1; echo ended $?`, ADA);
    await terminal.shows('you may type');
    await proxy.away();
    await terminal.shows('connecting again');
    await agent.say('said meanwhile');
    await proxy.back();
    await terminal.shows(/connecting again[\s\S]*you may type/);
    await terminal.shows('said meanwhile');
    terminal.press('ls\r');
    await until(() => typed().join('') === 'ls\r', 'it was typed');
    await proxy.away();
    await terminal.shows(/you may type[\s\S]*you may type[\s\S]*connecting again/);
    terminal.press('\x1d');
    await terminal.shows('ended 0');
    await terminal.ended;
  });

  test('a console that cannot be attached to says why, and leaves the terminal alone', async (t) => {
    const w = await consoleWorld(t);
    const { url } = await apiOnSocket(t, w);
    const command = `${haasProgram} --endpoint ${url} node console nowhere; echo ended $?; stty -a`;
    const terminal = inTerminal(t, command, ADA);
    const shown = await terminal.shows(/haas: there is no node nowhere \(unknown_node\)[\s\S]*ended 4[\s\S]*\nisig icanon/);
    expect(shown).not.toContain('\x1b');
    await terminal.ended;
  });
});
