const seen = new WeakMap<object, Headers>();

/** Remembers the header fields of an answer. */
export function keepHeaders<T extends object>(answer: T, headers: Headers): T {
  seen.set(answer, headers);
  return answer;
}

/** The header fields that came with what a method returned, such as `ETag`. None for another object. */
export function headersOf(answer: object): Headers {
  return seen.get(answer) ?? new Headers();
}
