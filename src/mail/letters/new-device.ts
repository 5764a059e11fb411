import type { Content, Facts } from './letter.js';

/** After a sign-in from a device or an address that the account has not had before. Without `device` where nobody verified the address. */
export const newDevice = ({ time, address, device }: Facts): Content => ({
  subject: 'New sign-in to your account',
  paragraphs: [
    `Someone signed in to your account at ${time}.`,
    ...(device === undefined ? [] : [`Device: ${device}`]),
    `Address: ${address}`,
  ],
  closing: 'If this was not you, change your password. This signs out all other devices.',
});
