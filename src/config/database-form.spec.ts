import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseForm } from './database-form.js';

describe('the form of a database file', () => {
  let directory: string;
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'form-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const formOf = (content: string) => {
    const file = join(directory, 'app.sqlite');
    writeFileSync(file, content);
    return databaseForm(file);
  };

  it('is told by its first bytes', () => {
    expect(formOf('')).toBe('none');
    expect(formOf('SQLite format 3\0 and more')).toBe('plain');
    expect(formOf('anything else that is long enough')).toBe('encrypted');
  });

  it('is none where no file is, or can be', () => {
    expect(databaseForm(join(directory, 'nothing'))).toBe('none');
    writeFileSync(join(directory, 'file'), '');
    expect(databaseForm(join(directory, 'file', 'app.sqlite'))).toBe('none');
  });

  it('is a fault of the configuration when the file cannot be read', () => {
    expect(() => databaseForm(join(directory, 'x'.repeat(5000)))).toThrow(/cannot be read \(ENAMETOOLONG\)/);
  });
});
