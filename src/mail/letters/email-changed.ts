import type { Content, Facts } from './letter.js';

/** To the earlier address of an account. */
export const emailChanged = ({ time, address }: Facts): Content => ({
  subject: 'Your e-mail address was changed',
  paragraphs: [`Your account has a new e-mail address since ${time}. It was changed from ${address}.`],
  closing:
    'If this was not you, someone else may have your account. Ask the operator of this service for help.',
});
