import { SchemaError } from '../db/commands/check-schema.ts';
import { SettingError } from '../functions/settings.ts';
import { KeyFileError } from './keys.ts';
import { ClusterError } from './postgres/cluster.ts';
import { RackError } from './rack/rack-error.ts';
import { SiteLayoutError } from './site-layout.ts';

const expected = [SettingError, ClusterError, SchemaError, KeyFileError, SiteLayoutError, RackError];

/** What to tell a person: one sentence where they can do something about an error; any other is a defect, and shows where. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return expected.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message);
}
