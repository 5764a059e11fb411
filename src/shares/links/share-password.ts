import { registerDecorator } from 'class-validator';
import { bcryptInput } from '../../auth/passwords/password-policy.js';

/** Accepts a password that bcrypt takes whole. Whoever shares a file decides how good it has to be. */
export function IsSharePassword(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isSharePassword',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && value !== '' && bcryptInput(value) !== null,
        defaultMessage: () =>
          `${String(propertyName)} must have 1 character or more and at most 72 bytes of UTF-8, without NUL or broken Unicode`,
      },
    });
}
