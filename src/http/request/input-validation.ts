import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { errors } from '../../common/refusals/errors.js';
import { fieldErrors } from '../../common/refusals/field-errors.js';

/**
 * Validates queries and bodies by their input classes and refuses unknown names. It also refuses names that
 * every object has (`__proto__`, `constructor`, `toString`, …): the conversion into a class would drop them
 * silently.
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
