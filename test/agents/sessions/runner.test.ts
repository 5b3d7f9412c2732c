import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ssh2';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { localRunner, sshRunner } from '../../../agents/sessions/runner.ts';

/** A program of a few lines of shell, at a path that a runner takes. */
function program(...lines: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'haas-runner-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'program');
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o700);
  return file;
}

const { signal } = new AbortController();
const runner = (options: { readonly signal?: AbortSignal } = {}) =>
  localRunner({ label: 'sw-1', secrets: ['s3cret'], signal, ...options });

test('a connection that ended unnoticed is lost, as a fault of the device', async () => {
  const remote = sshRunner(new Client(), { label: 'sw-1', secrets: [], signal });
  await expect(remote.run(['true'], 1_000)).rejects.toMatchObject({ fault: 'lost' });
  await expect(remote.run(['true'], 1_000)).rejects.toMatchObject({ fault: 'lost' });
});

describe('programs on this machine', () => {
  test('answer with their code and what they printed', async () => {
    const file = program('echo "$1"; echo no >&2; exit 3');
    expect(await runner().run([file, '--x=y'], 5_000)).toEqual({ code: 3, stdout: '--x=y\n', stderr: 'no\n' });
  });

  test.each(['a b', 'a;b', '$HOME', '', 'a\n', '~', '*'])('are not given the word %j', async (word) => {
    await expect(runner().run(['true', word], 5_000)).rejects.toThrow(TypeError);
  });

  test('get nothing of the environment of the agent', async () => {
    process.env['AGENT_SECRET'] = 'canary';
    onTestFinished(() => void delete process.env['AGENT_SECRET']);
    const { stdout } = await runner().run(['env'], 5_000);
    expect(stdout).not.toContain('canary');
    expect(stdout).toContain('LC_ALL=C');
  });

  test.each([
    ['that says it succeeded when it was told to end', 'trap "exit 0" TERM', 'sleep 60 & wait'],
    ['that does not listen', 'trap "" TERM', 'for second in $(seq 60); do sleep 1; done'],
  ])('one %s is lost, and at once', async (_, ...lines) => {
    await expect(runner().run([program(...lines)], 200)).rejects.toMatchObject({
      fault: 'lost',
      message: expect.stringContaining('it did not end in 200 ms'),
    });
  });

  test('one whose output somebody else holds open is lost', async () => {
    await expect(runner().run([program('sleep 60 &', 'exit 0')], 200)).rejects.toMatchObject({ fault: 'lost' });
  });

  test('one that is called off is lost at once, even where it cannot be killed', async () => {
    const calling = new AbortController();
    const file = program('sleep 60 &', 'touch "$0.runs"');
    const running = expect(runner({ signal: calling.signal }).run([file], 60_000)).rejects.toMatchObject({ fault: 'lost' });
    await vi.waitFor(() => expect(existsSync(`${file}.runs`)).toBe(true), { interval: 5, timeout: 10_000 });
    calling.abort();
    await running;
    await expect(runner({ signal: calling.signal }).run(['true'], 1_000)).rejects.toMatchObject({ fault: 'lost' });
  });

  test('half of an output that is too long is no answer', async () => {
    await expect(runner().run([program('head -c 5000000 /dev/zero', 'exit 0')], 10_000)).rejects.toMatchObject({
      fault: 'lost',
      message: expect.stringContaining('it printed more than 4194304 bytes'),
    });
  });

  test('one that is not installed is unreachable', async () => {
    await expect(runner().run(['haas-no-such-program'], 1_000)).rejects.toMatchObject({ fault: 'unreachable' });
  });
});
