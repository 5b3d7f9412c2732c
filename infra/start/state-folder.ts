import { join } from 'node:path';
import { lockDevice } from '../../agents/device-lock.ts';
import { SettingError } from '../../functions/settings.ts';
import { ensurePrivateFolder } from '../keys.ts';

/** Opens the state folder for this process alone; answers how to let it go. Throws SettingError when it cannot be used, or is in use. */
export async function openStateFolder(stateDir: string): Promise<() => Promise<void>> {
  try {
    // Root's PostgreSQL runs as another user, and its data lies below; every secret beside it has a mode of its own.
    await ensurePrivateFolder(stateDir, process.getuid?.() === 0 ? 0o711 : 0o700);
    const lock = lockDevice(join(stateDir, 'lock'), 'state');
    if (lock) return async () => lock.release();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SettingError(
      `the state folder ${stateDir} cannot be used: ${why}. Set HAAS_STATE_DIR to a folder that you can write to`,
    );
  }
  throw new SettingError(`HaaS runs already on ${stateDir}: stop that one, or set HAAS_STATE_DIR (and HAAS_LISTEN) to others`);
}
