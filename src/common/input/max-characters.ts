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
        validate: (value: unknown) => typeof value === 'string' && Array.from(asKept(value)).length <= max,
        defaultMessage: () => `${String(propertyName)} must have at most ${max} characters`,
      },
    });
}

/** Composed Unicode (NFC), the form in which names are kept. */
export function composed(text: string): string {
  return text.normalize('NFC');
}
