import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

interface Lock {
  packages: Record<string, { version: string; dev?: boolean }>;
}

const FLOORS: Record<string, string> = {
  multer: '2.5.0',
  'body-parser': '2.3.0',
  qs: '6.16.0',
  jws: '4.0.1',
  jsonwebtoken: '9.0.3',
};

const number = (version: string) => version.split('.').reduce((sum, part) => sum * 10_000 + Number(part), 0);

describe('security.md: supply', () => {
  it.each(Object.entries(FLOORS))(
    'locks %s at %s or later, wherever it is installed',
    async (name, floor) => {
      const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as Lock;
      const versions = Object.entries(lock.packages)
        .filter(([path]) => path.endsWith(`node_modules/${name}`))
        .map(([, { version }]) => version);
      expect(versions.length).toBeGreaterThan(0);
      for (const version of versions) expect(number(version)).toBeGreaterThanOrEqual(number(floor));
    },
  );

  it('installs nothing that does not support this Node', async () => {
    const { stderr } = await promisify(execFile)('npm', ['ci', '--dry-run', '--offline', '--no-audit']);
    expect(stderr).not.toContain('EBADENGINE');
  });
});
