import { applyDecorators, Body, SetMetadata } from '@nestjs/common';
import { ApiRefusals } from '../refusals/api-refusals.js';

export const JSON_ROUTE = 'json-route';

/**
 * The JSON body of a request, validated by the class of the parameter. Only routes with this decorator read a
 * JSON body, and only after all guards have passed.
 */
export function JsonBody(): ParameterDecorator {
  return (controller, method, index) => {
    Body()(controller, method, index);
    const route = applyDecorators(SetMetadata(JSON_ROUTE, true), ApiRefusals('jsonBody'));
    route(controller, method, Object.getOwnPropertyDescriptor(controller, method!));
  };
}
