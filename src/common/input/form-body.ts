import { Body, SetMetadata } from '@nestjs/common';

export const FORM_ROUTE = 'form-route';

/**
 * The fields of an HTML form (`application/x-www-form-urlencoded`), validated by the class of the parameter. Only routes with
 * this decorator read a form, and only after all guards have passed.
 */
export function FormBody(): ParameterDecorator {
  return (controller, method, index) => {
    Body()(controller, method, index);
    SetMetadata(FORM_ROUTE, true)(controller, method!, Object.getOwnPropertyDescriptor(controller, method!)!);
  };
}
