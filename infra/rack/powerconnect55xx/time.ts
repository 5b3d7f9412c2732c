const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment as log lines begin, in UTC: `07-Aug-2014 17:28:26`. */
export function logTime(moment: Date): string {
  const day = String(moment.getUTCDate()).padStart(2, '0');
  return `${day}-${MONTHS[moment.getUTCMonth()]}-${moment.getUTCFullYear()} ${moment.toISOString().slice(11, 19)}`;
}

/** A time that has passed, in milliseconds, as `days,hours:minutes:seconds`. */
export function uptime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return `${String(Math.floor(seconds / 86400)).padStart(2, '0')},${clock}`;
}
