import { registerDecorator } from 'class-validator';

const CONTROL = /\p{Cc}/u;

/** The pattern of `IsPlainText` for the API document. */
export const PLAIN_TEXT = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/**
 * True for text that every database, log and terminal can show unchanged: well-formed Unicode without control
 * characters.
 */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text);
}

/** Refuses control characters, NUL included, and lone surrogates. */
export function IsPlainText(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isPlainText',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isPlainText(value),
        defaultMessage: () => `${String(propertyName)} must not contain control characters or broken Unicode`,
      },
    });
}
