import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { errors } from '../../common/refusals/errors.js';
import { fieldErrors } from '../../common/refusals/field-errors.js';

/**
 * Judges queries and bodies by their input classes, and refuses what a class does not name. Names that every object has
 * (`__proto__`, `constructor`, `toString`, …) are refused here: on their way into a class they would vanish without a word.
 */
export class InputValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (faults) => errors.validationFailed(fieldErrors(faults)),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (typeof value === 'object' && value !== null && metadata.type !== 'custom') refuseInherited(value);
    return super.transform(value, metadata);
  }
}

function refuseInherited(value: object): void {
  const names = Object.getOwnPropertyNames(value).filter((name) => name in Object.prototype);
  if (names.length === 0) return;
  const fault = (name: string) => ({ field: name, message: `property ${name} should not exist` });
  throw errors.validationFailed(names.map(fault));
}
