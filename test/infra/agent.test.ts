import { execa } from 'execa';
import { expect, test } from 'vitest';
import { captures } from '../../agents/reading/captures.ts';

const agent = (arguments_: string[], input = '') =>
  execa('node', ['infra/agent.mjs', ...arguments_], { input, reject: false, env: { NODE_NO_WARNINGS: '1' } });

const capture = ['Name: Ethernet1/3', '  Switchport: Disabled', ''].join('\n');

test('haas-agent read prints what it understands as JSON', async () => {
  const { stdout, stderr, exitCode } = await agent(['read', 'nexus', 'switchport'], capture);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(JSON.parse(stdout)).toEqual([{ port: 'Ethernet1/3', mode: 'routed', native: null, tagged: [] }]);
});

test('haas-agent read names the line that it does not understand', async () => {
  const { stdout, stderr, exitCode } = await agent(['read', 'nexus', 'switchport'], `${capture}rubbish\n`);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  expect(stderr).toContain('line 3');
  expect(stderr).toContain('rubbish');
});

test.each([
  [['read', 'vax', 'vlans'], /no type vax.*nexus/],
  [['read', 'nexus', 'weather'], /no output weather.*running-config/],
  [['read'], /no type/],
  [[], /haas-agent run|Run it as/],
  [['dance'], /Run it as/],
])('haas-agent %j is a wrong call', async (arguments_, says) => {
  const { stderr, exitCode } = await agent(arguments_);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(says);
});

test('haas-agent --help lists every type', async () => {
  const { stdout, exitCode } = await agent(['--help']);
  expect(exitCode).toBe(0);
  for (const type of Object.keys(captures)) expect(stdout).toContain(type);
});
