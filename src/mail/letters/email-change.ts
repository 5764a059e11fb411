import type { Content } from './letter.js';

/** To the new address of an account. */
export const emailChange = (): Content => ({
  subject: 'Confirm your new e-mail address',
  paragraphs: [
    'Someone asked to use this address for their account.',
    'It takes effect when you open the link. The link works once, for a day.',
  ],
  link: { label: 'Confirm the new address', path: '/verify' },
  closing: 'If this was not you, ignore this mail. Nothing changes.',
});
