const DAY_MS = 86_400_000;

/** When a file that was trashed at `trashedAt` expires: it may then be removed for good. */
export function expiryOf(trashedAt: string, trashDays: number): string {
  return new Date(Date.parse(trashedAt) + trashDays * DAY_MS).toISOString();
}

/** What was trashed until this time has expired by now. */
export function expiredAt(trashDays: number): string {
  return new Date(Date.now() - trashDays * DAY_MS).toISOString();
}
