import { stringify } from 'yaml';

/** A layout as YAML, each text in one line: of those that YAML writes in several, some would be read back without their blanks. */
export function asYaml(layout: unknown): string {
  return stringify(layout, { blockQuote: false, lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}
