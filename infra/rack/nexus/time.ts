const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment as headers of the running configuration give it, in UTC: `Thu Aug  7 17:28:26 2014`. */
export function headerTime(moment: Date): string {
  return `${DAYS[moment.getUTCDay()]} ${monthAndDay(moment)} ${clock(moment)} ${moment.getUTCFullYear()}`;
}

/** A moment as log lines begin, in UTC: `2014 Aug  7 17:28:26`. The year comes first, unlike in other makes. */
export function logTime(moment: Date): string {
  return `${moment.getUTCFullYear()} ${monthAndDay(moment)} ${clock(moment)}`;
}

function monthAndDay(moment: Date): string {
  return `${MONTHS[moment.getUTCMonth()]} ${String(moment.getUTCDate()).padStart(2)}`;
}

function clock(moment: Date): string {
  return moment.toISOString().slice(11, 19);
}
