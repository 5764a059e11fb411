import type { ValidationError } from 'class-validator';
import type { FieldError } from './errors.js';

/** Everything that validation found, one entry a fault, nested values included. */
export function fieldErrors(faults: readonly ValidationError[]): FieldError[] {
  return faults.flatMap(({ property, constraints, children }) => [
    ...Object.values(constraints ?? {}).map((message) => ({ field: property, message })),
    ...fieldErrors(children ?? []),
  ]);
}
