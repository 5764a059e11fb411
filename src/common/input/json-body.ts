import { Body, SetMetadata } from '@nestjs/common';

export const JSON_ROUTE = 'json-route';

/**
 * The JSON object that a request must have as its body, checked by the parameter's class. Only routes with it have their
 * body read as JSON, and not before the guards have let the request through.
 */
export function JsonBody(): ParameterDecorator {
  return (controller, method, index) => {
    Body()(controller, method, index);
    SetMetadata(JSON_ROUTE, true)(controller, method!, Object.getOwnPropertyDescriptor(controller, method!)!);
  };
}
