import type { Fault } from '../audit/verify/entry-chain.js';

/** Exit codes of the verifiers. */
export const WHOLE = 0;
export const TAMPERED = 1;
export const NO_VERDICT = 2;
export const SELECTED = 3;

/** A fault in one line: with the first bad `seq` where it can be named. */
export function faultLine({ seq, reason }: Fault): string {
  // What the file says may be meant for the terminal.
  const words = reason.replace(/\p{C}/gu, (character) => JSON.stringify(character).slice(1, -1));
  return seq === null ? `TAMPERED: ${words}` : `TAMPERED at seq ${seq}: ${words}`;
}
