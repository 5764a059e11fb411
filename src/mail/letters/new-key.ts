import type { Content, Facts } from './letter.js';

/** After an API key was made. Without `name` where nobody verified the address. */
export const newKey = ({ time, address, name, scopes }: Facts): Content => ({
  subject: 'A new API key was made',
  paragraphs: [
    `${name === undefined ? 'A key' : `The key "${name}"`} was made for your account at ${time}, from ${address}.`,
    `It may: ${scopes}`,
  ],
  closing: 'If this was not you, revoke the key and change your password.',
});
