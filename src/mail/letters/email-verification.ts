import type { Content } from './letter.js';

/** To an address, to find out whether the owner of an account reads it. */
export const emailVerification = (): Content => ({
  subject: 'Confirm your e-mail address',
  paragraphs: ['Confirm that this is the e-mail address of your account.', 'The link works once, for a day.'],
  link: { label: 'Confirm the address', path: '/verify' },
  closing: 'If you have no account here, ignore this mail.',
});
