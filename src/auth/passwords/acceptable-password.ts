import { registerDecorator, type ValidationArguments } from 'class-validator';
import { passwordFault } from './password-policy.js';

/** Accepts what may become a password, by the policy; the e-mail address in the same body, when there is one, is none. */
export function IsAcceptablePassword(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isAcceptablePassword',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (_value: unknown, where?: ValidationArguments) => faultIn(where!) === null,
        defaultMessage: (where) => faultIn(where!) ?? '',
      },
    });
}

/** What is no text has a fault of its own, told by `IsString`. */
function faultIn({ value, object, property }: ValidationArguments): string | null {
  if (typeof value !== 'string') return null;
  const { email } = object as { email?: unknown };
  return passwordFault(value, typeof email === 'string' ? email : '')?.replace('password', property) ?? null;
}
