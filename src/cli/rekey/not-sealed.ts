const SHOWN = 20;

/** Something is not sealed under the first key. `message` says what, and shows no sealed text. */
export class NotSealed extends Error {
  constructor(readonly faults: readonly string[]) {
    const shown = faults.slice(0, SHOWN).map((fault) => `  - ${fault}`);
    const more = faults.length > SHOWN ? [`  - and ${faults.length - SHOWN} more`] : [];
    super(
      ['not everything is sealed under the first key, so keep the older ones:', ...shown, ...more].join('\n'),
    );
    this.name = 'NotSealed';
  }
}
