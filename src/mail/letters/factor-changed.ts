import type { Content, Facts } from './letter.js';

/** After a second factor was added or removed. Without `name` where nobody verified the address. */
export const factorChanged = ({ time, address, change, name }: Facts): Content => ({
  subject: `A second factor was ${change}`,
  paragraphs: [
    `${name === undefined ? 'A second factor' : `The second factor "${name}"`} of your account was ${change} at ${time}, from ${address}.`,
  ],
  closing: 'If this was not you, change your password and look at your second factors.',
});
