import { expect, test } from 'vitest';
import { scrub } from '../../../agents/scrub.ts';
import { secretsOf } from '../../../db/devices/access.ts';

test('a secret that begins like another is removed whole', () => {
  const secrets = secretsOf({ username: 'haas', password: 'winter', enable_password: 'winter-2026' });
  expect(scrub('typed winter-2026, then winter', secrets)).toBe('typed ***, then ***');
});
