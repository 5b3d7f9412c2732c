import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** What runs in production, by the name of its program. The last is one that others start, and that they expect next to them. */
const programs = {
  api: 'infra/hosts/node.ts',
  lambda: 'infra/hosts/lambda.ts',
  agent: 'infra/agent.ts',
  admin: 'infra/admin.ts',
  'sha512-crypt-worker': 'functions/sha512-crypt-worker.mjs',
};

/** Of packages that cannot be part of a program, what is needed of them: machine code, and files that are sent as they are. */
const packages = [
  '@node-rs',
  ...['package.json', 'LICENSE', 'NOTICE', 'swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'].map(
    (file) => `swagger-ui-dist/${file}`,
  ),
];

/** What a folder holds in the end. */
const parts = ['bin', 'migrations', 'node_modules'];

/**
 * Puts all that HaaS needs in production into a folder: programs in JavaScript in `bin`, next to it the migrations, where they look for
 * them, and what is left of `node_modules`. It starts twenty times as fast as the sources do, and is a tenth of their size. What was built
 * there before goes. Throws for a folder with anything else in it: `/usr/local` has a `bin` too.
 */
async function buildInto(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const others = (await readdir(folder)).filter((name) => !parts.includes(name));
  if (others.length > 0) throw new Error(`${folder} holds ${others[0]}, which was not built: name a folder that is empty`);
  for (const part of parts) await rm(join(folder, part), { recursive: true, force: true });
  await build({
    absWorkingDir: repository,
    entryPoints: programs,
    outdir: join(folder, 'bin'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    // What is not installed here is asked for, and done without: code that ssh2 would be faster with.
    external: ['@node-rs/argon2', 'swagger-ui-dist', 'cpu-features', '*.node'],
    // Packages that are no modules of ECMAScript ask for those of Node so, and where they are. The names are to be nobody else's.
    banner: { js: "import { createRequire as __requireOf } from 'node:module'; const require = __requireOf(import.meta.url);" },
    define: { __dirname: 'import.meta.dirname' },
    logLevel: 'error',
  });
  await cp(join(repository, 'db/migrations'), join(folder, 'migrations'), {
    recursive: true,
    // Whoever writes the next migration needs them, and nobody else.
    filter: (path) => !path.endsWith('_snapshot.json'),
  });
  for (const path of packages) {
    await cp(join(repository, 'node_modules', path), join(folder, 'node_modules', path), { recursive: true });
  }
}

await buildInto(resolve(process.argv[2] ?? 'dist'));
