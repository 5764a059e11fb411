import {
  type Dictionary,
  type InnerList,
  isInnerList,
  parseDictionary,
  serializeDictionary,
  serializeInnerList,
} from 'structured-headers';

/** A signature as sent, not verified yet. */
export interface SignatureInput {
  /** The names of the covered components, in the order of the signature. */
  readonly components: readonly string[];
  readonly parameters: ReadonlyMap<string, unknown>;
  /** The value of `@signature-params`. */
  readonly serialised: string;
  readonly signature: Buffer;
}

/**
 * Reads `Signature-Input` and `Signature` (RFC 9421, section 4). A request has one signature: with several it is not certain
 * which of them speaks for it. Null when there is another number, or one of the fields is malformed.
 */
export function parseSignature(input: string, signature: string): SignatureInput | null {
  const inputs = parseStrictly(input);
  const signatures = parseStrictly(signature);
  if (inputs?.size !== 1 || signatures?.size !== 1) return null;
  const [label] = inputs.keys();
  const list = inputs.get(label!)!;
  const [bytes, ownParameters] = signatures.get(label!) ?? [];
  // Nothing signs parameters of the signature's own member.
  if (!isInnerList(list) || !(bytes instanceof ArrayBuffer) || ownParameters!.size > 0) return null;
  const components = namesOf(list);
  return (
    components && {
      components,
      parameters: list[1],
      serialised: serializeInnerList(list),
      signature: Buffer.from(bytes),
    }
  );
}

/**
 * Only the text that a serialiser would write is accepted: no repeated keys, of which parsers may take one or the other, and no
 * second spelling of the same bytes.
 */
function parseStrictly(text: string): Dictionary | null {
  try {
    const dictionary = parseDictionary(text);
    return serializeDictionary(dictionary) === text ? dictionary : null;
  } catch {
    return null;
  }
}

/** Null when a component is named twice or takes parameters, none of which are supported (RFC 9421, section 2). */
function namesOf([items]: InnerList): string[] | null {
  const names = items.flatMap(([name, parameters]) =>
    typeof name === 'string' && parameters.size === 0 ? [name] : [],
  );
  return names.length === items.length && new Set(names).size === names.length ? names : null;
}
