import type { Content, Facts } from './letter.js';

/** After a new password was chosen. */
export const passwordChanged = ({ time, address }: Facts): Content => ({
  subject: 'Your password was changed',
  paragraphs: [
    `The password of your account was changed at ${time}, from ${address}. All other devices were signed out.`,
  ],
  closing: 'If this was not you, choose a new password now: ask for a reset on the sign-in page.',
});
