import type { ValidationError } from 'class-validator';
import type { FieldError } from './refusal.js';

/** Flattens validation errors, nested ones included: one entry for each fault. */
export function fieldErrors(faults: readonly ValidationError[]): FieldError[] {
  return faults.flatMap(({ property, constraints, children }) => [
    ...Object.values(constraints ?? {}).map((message) => ({ field: property, message })),
    ...fieldErrors(children ?? []),
  ]);
}
