import { isEmail, registerDecorator } from 'class-validator';
import { isPlainText } from './plain-text.js';

/** Accepts an e-mail address, Unicode included. What is not plain text is refused first: class-validator throws on it. */
export function IsEmailAddress(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isEmailAddress',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && isPlainText(value) && isEmail(value, { allow_utf8_local_part: true }),
        defaultMessage: () => `${String(propertyName)} must be an e-mail address`,
      },
    });
}
