/**
 * The audit log contradicts itself or a verified checkpoint: it was changed, or restored from an older copy.
 */
export class LogInconsistent extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LogInconsistent';
  }
}
