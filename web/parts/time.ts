const DAY_MS = 86_400_000;
const FULL = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const DAY_OF_YEAR = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const CLOCK = new Intl.DateTimeFormat('en', { timeStyle: 'short' });
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Date and time, such as `Nov 27, 2026, 5:20 PM`, in the zone of the reader. */
export function momentOf(time: string): string {
  return FULL.format(new Date(time));
}

/** As short as it is clear: the time of today, or the day. */
export function briefOf(time: string, now = new Date()): string {
  const date = new Date(time);
  if (date.toDateString() === now.toDateString()) return CLOCK.format(date);
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_OF_YEAR).format(date);
}

/** How far away a time is, such as `in 3 days` or `2 hours ago`. */
export function distanceOf(time: string, now = Date.now()): string {
  const ms = Date.parse(time) - now;
  const [unit, length] = STEPS.find(([, step]) => Math.abs(ms) >= step) ?? ['minute', 60_000];
  return RELATIVE.format(Math.round(ms / length), unit);
}

/** A number of seconds that are left, such as `2 min`. */
export function durationOf(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
