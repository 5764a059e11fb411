import type { SignedMessage } from './signed-message.js';

/** The components that are not header fields (RFC 9421, section 2.2). The others concern answers, or take parameters. */
const DERIVED = new Map<string, (message: SignedMessage) => string>([
  ['@method', ({ method }) => method],
  ['@target-uri', ({ scheme, authority, path, query }) => `${scheme}://${authority}${path}${query}`],
  ['@authority', ({ authority }) => authority],
  ['@scheme', ({ scheme }) => scheme],
  ['@request-target', ({ path, query }) => path + query],
  ['@path', ({ path }) => path],
  // A query that is absent counts as an empty one.
  ['@query', ({ query }) => (query === '' ? '?' : query)],
]);

/**
 * The bytes that are signed (RFC 9421, section 2.5): the covered components in their order, then the parameters of the
 * signature as serialised. Null when a component is unknown, or the message does not have it.
 */
export function signatureBase(
  message: SignedMessage,
  components: readonly string[],
  parameters: string,
): Buffer | null {
  const lines: string[] = [];
  for (const name of components) {
    const value = name.startsWith('@') ? DERIVED.get(name)?.(message) : message.field(name);
    if (value === undefined || value === null) return null;
    lines.push(`"${name}": ${value}`);
  }
  // Node gives the bytes of header fields as latin1.
  return Buffer.from([...lines, `"@signature-params": ${parameters}`].join('\n'), 'latin1');
}
