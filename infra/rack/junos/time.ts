/** A moment as Junos writes it, in UTC: `2026-09-20 23:16:51 UTC`. */
export function timestamp(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A duration as `idle` has it: `00:01:12`. */
export function clock(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 19);
}
