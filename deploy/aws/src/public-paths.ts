/**
 * What can be reached from outside. Everything else is answered by the balancer, with 404: `/metrics` and
 * `/ready` in particular, however they are spelled.
 */
export const PUBLIC_PATHS = [
  '/api/*',
  '/health',
  '/docs',
  '/docs/*',
  '/docs-json',
  '/docs-yaml',
  // Pages for people.
  '/',
  '/assets/*',
  '/s/*',
  '/reset',
  '/verify',
  '/register',
  '/sign-in',
  '/forgot',
  '/trash',
  '/links',
  '/activity',
  '/security',
  '/admin',
];
