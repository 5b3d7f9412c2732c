// Runs before `npm start`, `npm test` and `npm run bench`, so that each works on a fresh clone: installs what package-lock.json
// asks for when node_modules has something else. Needs nothing but Node.js and npm.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const lockPath = join(repository, 'package-lock.json');
const patchesPath = join(repository, 'infra', 'patches');
/** npm writes down here, as the last thing, what it has installed. */
const installedPath = join(repository, 'node_modules', '.package-lock.json');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Ends with one sentence if this Node.js is older than package.json asks for. */
function refuseOldNode() {
  const wanted = /\d+\.\d+/.exec(readJson(join(repository, 'package.json')).engines.node)[0];
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  console.error(
    `HaaS needs Node.js ${wanted} or newer, and this is ${process.versions.node}: install a newer one from https://nodejs.org.`,
  );
  process.exit(1);
}

/** Whether a package made for some platforms only is meant for this one. Of C libraries only npm itself can tell. */
function isMadeForThisMachine({ os, cpu, libc }) {
  return (
    os !== undefined && cpu !== undefined && libc === undefined && os.includes(process.platform) && cpu.includes(process.arch)
  );
}

/** Whether node_modules has every package of package-lock.json, in that version and patched. Packages beyond those do no harm. */
function isComplete(needsDevelopment) {
  if (!existsSync(installedPath)) return false;
  const installed = readJson(installedPath).packages;
  const isNewer = (path) => statSync(path).mtimeMs > statSync(installedPath).mtimeMs;
  // A patch is applied to what was just installed, and not on top of what it was before.
  if (readdirSync(patchesPath).some((name) => isNewer(join(patchesPath, name)))) return false;
  const lockIsNewer = isNewer(lockPath);
  return Object.entries(readJson(lockPath).packages).every(([path, wanted]) => {
    if (!path.includes('node_modules/') || wanted.link) return true;
    const found = installed[path];
    if (found) return found.version === wanted.version && found.integrity === wanted.integrity;
    if (wanted.dev && !needsDevelopment) return true;
    // An optional package may be missing because it cannot be installed here: that is tried once for each new lock file.
    if (wanted.optional || wanted.devOptional) return !(lockIsNewer && isMadeForThisMachine(wanted));
    return false;
  });
}

/** Installs. Answers the exit code of npm, or what went wrong. */
function install(needsDevelopment) {
  const include = needsDevelopment ? ['--include=dev'] : [];
  return new Promise((resolve) => {
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', ...include], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    npm.stdout.on('data', (part) => output.push(part));
    npm.stderr.on('data', (part) => output.push(part));
    npm.once('error', (error) =>
      resolve({ code: 1, output: `npm could not be started (${error.message}): is it in your PATH?\n` }),
    );
    npm.once('close', (code) => resolve({ code: code === null ? 1 : code, output: Buffer.concat(output).toString() }));
  });
}

refuseOldNode();
// A production host installs with --omit=dev, and only starts.
const needsDevelopment = process.env.npm_lifecycle_event !== 'prestart';
if (!isComplete(needsDevelopment)) {
  const begin = Date.now();
  process.stdout.write('Installing dependencies (npm ci) ... ');
  const { code, output } = await install(needsDevelopment);
  if (code === 0) {
    process.stdout.write(`done in ${Math.round((Date.now() - begin) / 1000)} s\n`);
  } else {
    process.stdout.write('failed\n');
    process.stderr.write(output);
    process.exitCode = code;
  }
}
