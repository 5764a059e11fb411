/**
 * The content security policy of the console. Its own scripts and styles run, nothing inline. Text becomes code nowhere (Trusted
 * Types), but for the address of the worker that checks the trail, which the policy `verifier` compares. What a user looks at is
 * shown from memory (`blob:`), with the type that the console gives it.
 * @param downloads further sources of the bytes of files, such as a bucket.
 */
export function consolePolicy(downloads: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    'media-src blob:',
    'frame-src blob:',
    `connect-src ${["'self'", ...downloads].join(' ')}`,
    "worker-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types verifier',
  ].join('; ');
}
