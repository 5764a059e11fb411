import type { Request, RequestHandler, Response } from 'express';

/**
 * The headers that `middleware` sets on every answer to a GET, as name and value. Only for middleware whose
 * headers do not depend on the request.
 */
export function capturedHeaders(middleware: RequestHandler): readonly (readonly [string, string])[] {
  const headers = new Map<string, string>();
  const recorder = {
    getHeader: (name: string) => headers.get(name),
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: (name: string) => headers.delete(name),
  };
  void middleware(
    { method: 'GET', headers: {} } as Request,
    recorder as unknown as Response,
    (error?: unknown) => {
      if (error !== undefined) throw error as Error;
    },
  );
  return [...headers];
}
