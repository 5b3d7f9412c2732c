import type { Connection } from '../client.ts';

/** Which part of a list is meant: what comes after a label, whether that is there or not, and no more than so many. Neither: all of it. */
export interface Part {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * The end of a statement that reads a part of a list, behind its `where`: in the order of a column with labels. One more is read than is
 * asked for, so that whoever asked knows whether there are more.
 */
export function partOf(connection: Connection, column: string, { after, limit }: Part) {
  const label = connection`${connection(column)} collate "C"`;
  const isAfter = after === undefined ? connection`` : connection`and ${label} > ${after}`;
  const end = limit === undefined ? connection`` : connection`limit ${limit + 1}`;
  return connection`${isAfter} order by ${label} ${end}`;
}
