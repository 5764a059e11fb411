import type { Request } from 'express';

/** Version, trace id, parent id and flags (W3C Trace Context, section 3.2). Later versions may have more after them. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/** The id of the trace that the caller's request belongs to. Undefined without a valid header `traceparent`. */
export function traceIdOf({ headers }: Pick<Request, 'headers'>): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
}
