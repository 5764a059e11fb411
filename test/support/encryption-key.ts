import { newSymmetricKey } from '../../src/config/secret-sources.js';

/** With `TEST_ENCRYPTION=1`, every service of a test file has this key, unless the test gives another or an empty one. */
export const ENCRYPTION: Readonly<Record<string, string>> =
  process.env.TEST_ENCRYPTION === '1' ? { ENCRYPTION_KEY: newSymmetricKey() } : {};
