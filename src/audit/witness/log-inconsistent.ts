/** The audit log contradicts itself or what was verified before: somebody has changed it, or put back an older copy. */
export class LogInconsistent extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LogInconsistent';
  }
}
