import { registerDecorator } from 'class-validator';

/**
 * Refuses text of more than `max` characters in the form in which it is kept: to compose or to fold a text can make it
 * longer. Characters are code points, as PostgreSQL counts them; class-validator's `MaxLength` counts some pairs as one.
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

/** Composing makes one character of at most four, and each of the four may take two UTF-16 units. */
const MAX_UNITS_A_CHARACTER = 8;

/**
 * False when `text` surely has more than `max` characters once it is normalized (NFC or NFKC). To be asked before that: to
 * normalize a long run of combining marks takes time with the square of its length.
 */
export function mayFit(text: string, max: number): boolean {
  return text.length <= max * MAX_UNITS_A_CHARACTER;
}

/** Composed Unicode (NFC), the form in which names are kept. */
export function composed(text: string): string {
  return text.normalize('NFC');
}
