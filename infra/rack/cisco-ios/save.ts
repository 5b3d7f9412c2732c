import type { Conversation } from '../console.ts';

const STARTUP = 'startup-config';

/** `write memory`, which asks nothing: `[OK]` comes when the configuration is in NVRAM. */
export const write: Conversation = async (talk) => {
  const saved = talk.save();
  if (saved === null) return talk.print('startup-config file open failed (Device or resource busy)\n');
  talk.print('Building configuration...\n');
  await saved;
  talk.print('[OK]\n');
};

/** `copy running-config startup-config`, which wants the name of the file confirmed. */
export const copy: Conversation = async (talk) => {
  const name = (await talk.ask(`Destination filename [${STARTUP}]? `)).trim();
  if (name !== '' && name !== STARTUP) return talk.print(`%Error opening nvram:${name} (Permission denied)\n`);
  await write(talk);
};
