import { registerDecorator, type ValidationArguments } from 'class-validator';
import { passwordFault } from './password-policy.js';

/** Accepts a new password that the policy allows and that differs from the `email` in the same body. */
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

/** Null also for a value that is not a string, which `IsString` refuses. */
function faultIn({ value, object, property }: ValidationArguments): string | null {
  if (typeof value !== 'string') return null;
  const { email } = object as { email?: unknown };
  return passwordFault(value, typeof email === 'string' ? email : '')?.replace('password', property) ?? null;
}
