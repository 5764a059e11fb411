import { registerDecorator } from 'class-validator';

/** A full date, or a date and time with a time zone (RFC 3339). */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2}))?$/;
/** The schema of `IsTimestamp` for the API document. */
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
/** The length with a year of four digits. Only such texts sort by time. */
const LENGTH = '2026-11-24T10:00:00.000Z'.length;

/**
 * The time that a text denotes. A date without a time is the start of that day in UTC. Null when the text is
 * no valid time.
 */
export function parseTimestamp(text: string): Date | null {
  const [, date] = TIMESTAMP.exec(text) ?? [];
  if (date === undefined || isoOf(date)?.slice(0, date.length) !== date) return null;
  return isoOf(text)?.length === LENGTH ? new Date(text) : null;
}

/** Accepts what `parseTimestamp` accepts. */
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

/** Null for an invalid date. `Date` turns 30 February into 1 or 2 March. */
function isoOf(text: string): string | null {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
