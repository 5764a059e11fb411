import type { Fault } from '../audit/verify/entry-chain.js';

/** Exit codes of the verifiers. */
export const WHOLE = 0;
export const TAMPERED = 1;
export const NO_VERDICT = 2;
export const SELECTED = 3;

/** A fault in one line, with the first bad `seq` when it is known. */
export function faultLine({ seq, reason }: Fault): string {
  // Text from the file may contain what a terminal obeys: controls, also those of C1, and marks of direction.
  const words = reason.replace(/[\p{C}\u2028\u2029]/gu, escaped);
  return seq === null ? `TAMPERED: ${words}` : `TAMPERED at seq ${seq}: ${words}`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16).padStart(4, '0')}}`;
}
