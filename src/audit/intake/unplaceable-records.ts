/** None of these records got a place in the log, because at least one of them cannot become an entry. */
export class UnplaceableRecords extends Error {
  constructor(
    /** Ids, oldest first. */
    readonly ids: readonly string[],
    cause: unknown,
  ) {
    super(`one of ${ids.length} records, beginning with ${ids[0]}, cannot become an entry`, { cause });
    this.name = 'UnplaceableRecords';
  }
}
