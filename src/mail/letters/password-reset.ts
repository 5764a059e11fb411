import type { LinkedContent } from './letter.js';

/** To someone who asked for a new password. */
export const passwordReset = (): LinkedContent => ({
  subject: 'Choose a new password',
  paragraphs: [
    'Someone asked to choose a new password for your account.',
    'The link works once, for an hour.',
  ],
  link: { label: 'Choose a new password', path: '/reset' },
  closing: 'If this was not you, do nothing. Your password stays as it is.',
});
