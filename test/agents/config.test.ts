import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig, timingFor } from '../../agents/config.ts';
import { stateFolder } from '../support/agent-site.ts';

const url = 'postgres://haas_agent_rack_1:secret@127.0.0.1/haas';

describe('readConfig', () => {
  test('needs a URL and a state folder, and fills in the rest', (t) => {
    const stateDir = stateFolder(t);
    const config = readConfig({ HAAS_AGENT_URL: url, HAAS_AGENT_STATE_DIR: stateDir });
    expect(config).toMatchObject({ url, stateDir, logLevel: 'info', timing: timingFor(30) });
    expect(config.trust().issuer).toBe('site-1');
    expect(statSync(join(stateDir, 'journal')).mode & 0o077).toBe(0);
  });

  test.for([
    { name: 'no URL', change: { HAAS_AGENT_URL: undefined }, says: /^HAAS_AGENT_URL must/ },
    { name: 'a URL of something else', change: { HAAS_AGENT_URL: 'http://x' }, says: /^HAAS_AGENT_URL must/ },
    { name: 'no folder', change: { HAAS_AGENT_STATE_DIR: undefined }, says: /^HAAS_AGENT_STATE_DIR must/ },
    {
      name: 'a folder that is not there',
      change: { HAAS_AGENT_STATE_DIR: '/nonexistent/agent' },
      says: /nonexistent.*cannot be read/,
    },
    { name: 'a lease that is no number', change: { HAAS_AGENT_LEASE_SECONDS: 'long' }, says: /^HAAS_AGENT_LEASE_SECONDS must/ },
    { name: 'a lease without end', change: { HAAS_AGENT_LEASE_SECONDS: '0' }, says: /^HAAS_AGENT_LEASE_SECONDS must/ },
    { name: 'an unknown log level', change: { HAAS_LOG_LEVEL: 'loud' }, says: /^HAAS_LOG_LEVEL/ },
  ])('refuses $name, and names it', ({ change, says }, t) => {
    const env = { HAAS_AGENT_URL: url, HAAS_AGENT_STATE_DIR: stateFolder(t), ...change };
    expect(() => readConfig(env)).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(says) }));
  });

  test.for([
    { name: 'a folder that others can enter', spoil: (dir: string) => chmodSync(dir, 0o755), says: /chmod go-rwx/ },
    {
      name: 'keys that others can read',
      spoil: (dir: string) => chmodSync(join(dir, 'sealing-keys.json'), 0o640),
      says: /sealing-keys\.json.*chmod/,
    },
    {
      name: 'trusted keys that others can read',
      spoil: (dir: string) => chmodSync(join(dir, 'trusted-keys.json'), 0o644),
      says: /trusted-keys\.json.*chmod/,
    },
    {
      name: 'no trusted keys',
      spoil: (dir: string) => rmSync(join(dir, 'trusted-keys.json')),
      says: /trusted-keys\.json is missing/,
    },
    {
      name: 'keys that are no JSON',
      spoil: (dir: string) => writeFileSync(join(dir, 'sealing-keys.json'), 'private: abcdef'),
      says: /sealing-keys\.json is no JSON$/,
    },
    {
      name: 'keys of another kind',
      spoil: (dir: string) => writeFileSync(join(dir, 'sealing-keys.json'), '[{"kty":"RSA"}]'),
      says: /sealing-keys\.json is not as it should be, at 0\.kty/,
    },
    {
      name: 'a policy that is not understood',
      spoil: (dir: string) => writeFileSync(join(dir, 'policy.json'), '{"vlan":"1"}'),
      says: /policy\.json/,
    },
  ])('refuses $name, and says what to do', ({ spoil, says }, t) => {
    const stateDir = stateFolder(t);
    spoil(stateDir);
    const read = () => readConfig({ HAAS_AGENT_URL: url, HAAS_AGENT_STATE_DIR: stateDir });
    expect(read).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(says) }));
    expect(read).not.toThrow(/abcdef/);
  });
});

test('the margin and the renewals leave room in a lease, however short', () => {
  for (const seconds of [1, 2, 10, 30, 3600]) {
    const { lease, margin, databaseSilence } = timingFor(seconds);
    expect(lease / 3).toBeLessThan(lease - margin);
    expect(databaseSilence).toBeLessThan(lease - margin);
  }
});
