import { registerDecorator } from 'class-validator';

/**
 * Refuses text of more than `max` characters in its stored form, because normalizing or folding can make a
 * text longer. Characters are code points, as PostgreSQL counts them. `MaxLength` of class-validator counts
 * some pairs as one.
 */
export function MaxCharacters(
  max: number,
  asKept: (text: string) => string = (text) => text,
): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'maxCharacters',
      target: target.constructor,
      propertyName: String(propertyName),
      constraints: [max],
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && mayFit(value, max) && Array.from(asKept(value)).length <= max,
        defaultMessage: () => `${String(propertyName)} must have at most ${max} characters`,
      },
    });
}

/** NFC makes one character of at most four. Each of the four has at most two UTF-16 units. */
const MAX_UNITS_A_CHARACTER = 8;

/**
 * False when `text` has certainly more than `max` characters after normalization (NFC or NFKC). Call it
 * before normalizing: for a long run of combining marks, the time to normalize grows with the square of the
 * length.
 */
export function mayFit(text: string, max: number): boolean {
  return text.length <= max * MAX_UNITS_A_CHARACTER;
}

/** Text in NFC, the form in which names are stored. */
export function composed(text: string): string {
  return text.normalize('NFC');
}
