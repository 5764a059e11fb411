import type { ValueTransformer } from 'typeorm';

/** A 64-bit column as a number: PostgreSQL's driver gives it as text. Sizes and sequence numbers stay below 2^53. */
export const wholeNumber: ValueTransformer = {
  to: (value: number) => value,
  from: (value: number | string) => Number(value),
};

/** Bytes as base64 text: the two databases share no binary type. */
export const base64: ValueTransformer = {
  to: (bytes: Buffer | null) => bytes?.toString('base64') ?? null,
  from: (text: string | null) => (text === null ? null : Buffer.from(text, 'base64')),
};
