// Runs after `npm install`. npm links the commands of the packages that it installs, but not this one's own: npx finds them once and
// never looks again, so that a checkout which gets another command would not have it.
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(repository, 'node_modules', '.bin');

mkdirSync(folder, { recursive: true });
for (const [name, path] of Object.entries(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).bin)) {
  const link = join(folder, name);
  rmSync(link, { force: true });
  symlinkSync(relative(folder, join(repository, path)), link);
}
