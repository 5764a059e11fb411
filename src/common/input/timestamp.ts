import { registerDecorator } from 'class-validator';

/** A full date, or a date and time with its zone (RFC 3339). */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2}))?$/;
/** What `IsTimestamp` accepts, for the API document. */
export const TIMESTAMP_SCHEMA = {
  anyOf: [
    { type: 'string', format: 'date' },
    {
      type: 'string',
      format: 'date-time',
      pattern: '^[-0-9]+T[0-9:]+(\\.[0-9]{1,9})?(Z|[-+][0-9]{2}:[0-9]{2})$',
    },
  ],
};
/** Of a year with four digits: only those sort as text. */
const LENGTH = '2026-11-24T10:00:00.000Z'.length;

/** The moment that a text names, a date being the beginning of its day in UTC; null when it names none. */
export function parseTimestamp(text: string): Date | null {
  const [, date] = TIMESTAMP.exec(text) ?? [];
  if (date === undefined || isoOf(date)?.slice(0, date.length) !== date) return null;
  return isoOf(text)?.length === LENGTH ? new Date(text) : null;
}

/** Accepts what `parseTimestamp` understands. */
export function IsTimestamp(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isTimestamp',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => typeof value === 'string' && parseTimestamp(value) !== null,
        defaultMessage: () =>
          `${String(propertyName)} must be a date or a time with its zone (RFC 3339), such as 2026-11-24T10:00:00Z`,
      },
    });
}

/** Null for what is no date; the 30th of February is the 1st or 2nd of March. */
function isoOf(text: string): string | null {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
