const MAX_DEPTH = 32;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
/**
 * The closing quote is optional. So a string without an end is one token, up to the end of the text. If the
 * quote were required, the match would start again at every later quote, and the time would grow with the
 * square of the length.
 */
const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]/gs;

/**
 * Finds faults that JSON.parse accepts: a repeated key (parsers differ on which value counts, RFC 8259,
 * section 4), a key that changes a prototype, nesting that is too deep. Null when there is none.
 */
export function jsonFault(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  let lastString: string | null = null;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      if (open.push(token === '{' ? new Set() : null) > MAX_DEPTH)
        return `The body is nested deeper than ${MAX_DEPTH}.`;
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ':') {
      const fault = keyFault(lastString, open.at(-1) ?? null);
      if (fault !== null) return fault;
    }
    lastString = token.startsWith('"') ? token : null;
  }
  return null;
}

function keyFault(literal: string | null, keys: Set<string> | null): string | null {
  const key = literal === null ? null : unescape(literal);
  if (key === null || keys === null) return null;
  if (FORBIDDEN.has(key)) return `The key "${key}" is not allowed.`;
  if (keys.has(key)) return 'A key is given twice.';
  keys.add(key);
  return null;
}

/** The string of a literal. Null when the literal is broken, which JSON.parse will report. */
function unescape(literal: string): string | null {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return null;
  }
}
