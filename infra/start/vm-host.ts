import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../keys.ts';

const SMALL = { memory: 1024, vcpus: 1, disk: 10 };

/** Headnodes that are none, from images of the names that HIL's own tests and documentation use. */
const mockHost = {
  driver: 'mock',
  limits: { memory: 16_384, vcpus: 16, disk: 200 },
  templates: { 'base-headnode': SMALL, img1: SMALL, img2: SMALL, img3: SMALL, img4: SMALL },
};

/** Gives an agent a host of headnodes to try, where its administrator gave it none. */
export async function ensureVmHost(agentStateDir: string): Promise<void> {
  const file = join(agentStateDir, 'vm-host.json');
  if (!existsSync(file)) await writePrivateFile(file, mockHost);
}
