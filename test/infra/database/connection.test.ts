import { execa } from 'execa';
import { expect, test } from 'vitest';

/** Which certificates PostgreSQL's programs believe for a URL, and what is left of the URL. */
async function read(url: string, env: Record<string, string> = {}): Promise<string> {
  const script =
    'source infra/database/connection.sh; read_owner_url; printf "%s %s" "$database" "$(printenv PGSSLROOTCERT || echo none)"';
  const { stdout } = await execa('bash', ['-euo', 'pipefail', '-c', script], {
    env: { PATH: process.env['PATH'], HAAS_OWNER_URL: url, ...env },
    extendEnv: false,
  });
  return stdout;
}

test('the programs of PostgreSQL believe the certificates that HaaS believes', async () => {
  const [plain, verified] = ['db.example/haas', 'db.example/haas?sslmode=verify-full'];
  const ask = (rest: string, env?: Record<string, string>) => read(`postgres://haas_owner:secret@${rest}`, env);
  const own = { NODE_EXTRA_CA_CERTS: '/etc/haas/site-ca.pem' };
  expect(await ask(verified, own)).toBe(`postgres://haas_owner@${verified} /etc/haas/site-ca.pem`);
  expect(await ask(verified)).toMatch(/ \/etc\/ssl\/certs\/ca-certificates\.crt$/);
  expect(await ask(verified, { ...own, PGSSLROOTCERT: '/root/other.pem' })).toMatch(/ \/root\/other\.pem$/);
  // Elsewhere it would have libpq demand more than the URL does.
  expect(await ask(plain, own)).toBe(`postgres://haas_owner@${plain} none`);
});
