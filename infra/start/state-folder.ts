import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SettingError } from '../../functions/settings.ts';
import { ensurePrivateFolder } from '../keys.ts';
import { isAlive } from '../postgres/postmaster.ts';

/** Opens the state folder for this process alone; answers how to let it go. Throws SettingError when it cannot be used, or is in use. */
export async function openStateFolder(stateDir: string): Promise<() => Promise<void>> {
  const mine = join(stateDir, 'running.pid');
  try {
    // Root's PostgreSQL runs as another user, and its data lies below; every secret beside it has a mode of its own.
    await ensurePrivateFolder(stateDir, process.getuid?.() === 0 ? 0o711 : 0o700);
    const other = await readFile(mine, 'utf8').then(Number, () => Number.NaN);
    if (Number.isInteger(other) && other !== process.pid && isAlive(other)) {
      throw new SettingError(
        `HaaS runs already on ${stateDir}, as process ${other}: stop that one, or set HAAS_STATE_DIR (and HAAS_LISTEN) to others`,
      );
    }
    await writeFile(mine, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    if (error instanceof SettingError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new SettingError(
      `the state folder ${stateDir} cannot be used: ${why}. Set HAAS_STATE_DIR to a folder that you can write to`,
    );
  }
  return () => rm(mine, { force: true });
}
