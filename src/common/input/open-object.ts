import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { registerDecorator, ValidateIf, validateSync } from 'class-validator';
import { fieldErrors } from '../refusals/field-errors.js';
import type { FieldError } from '../refusals/refusal.js';

type Class = new () => object;

const OPEN = new Set<string>();

/** True for a class, by its name, whose values may have further members. */
export function isOpenObject(name: string): boolean {
  return OPEN.has(name);
}

/**
 * A member of the input that is an object of class `of`, with further members, which are ignored. It is for objects whose
 * form another standard extends from time to time; everywhere else a member that is not described is refused.
 */
export function OpenObject(of: Class): PropertyDecorator {
  return applyDecorators(ApiProperty({ type: of }), IsOpen(of));
}

/** Like `OpenObject`, for a member that may be absent. */
export function OptionalOpenObject(of: Class): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: of }),
    ValidateIf((_input, value) => value !== undefined),
    IsOpen(of),
  );
}

function IsOpen(of: Class): PropertyDecorator {
  OPEN.add(of.name);
  return (target, propertyName) =>
    registerDecorator({
      name: 'isOpen',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => faultOf(of, value) === null,
        defaultMessage: (given) => {
          const fault = faultOf(of, given?.value);
          return `${String(propertyName)}: ${fault?.message ?? 'is not valid'}`;
        },
      },
    });
}

function faultOf(of: Class, value: unknown): FieldError | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { field: '', message: 'must be an object' };
  return fieldErrors(validateSync(Object.assign(new of(), value)))[0] ?? null;
}
