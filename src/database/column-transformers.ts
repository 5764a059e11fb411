import type { ValueTransformer } from 'typeorm';

/**
 * A 64-bit column as a number. PostgreSQL's driver returns text. Sizes and sequence numbers stay below 2^53.
 */
export const wholeNumber: ValueTransformer = {
  to: (value: number) => value,
  from: (value: number | string | null) => (value === null ? null : Number(value)),
};

/** Bytes as base64 text, because the two databases have no binary type in common. */
export const base64: ValueTransformer = {
  to: (bytes: Buffer | null) => bytes?.toString('base64') ?? null,
  from: (text: string | null) => (text === null ? null : Buffer.from(text, 'base64')),
};
