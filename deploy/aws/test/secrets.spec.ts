import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deployment } from '../src/deployment.js';
import { isSecret } from '../src/service-secrets.js';
import { containerIn, fileOfService, list, only, secretNames, templates, variable } from './found.js';
import { resourcesOf, SETTINGS, templatesWith } from './templates.js';

describe('secrets', () => {
  const known = [...fileOfService('.env.example').matchAll(/^#?(\w+)_FILE=/gm)].map(([, name]) => name!);

  it('are all in Secrets Manager', () => {
    assert.ok(known.length >= 6);
    // The URL of the database has no password: that is a secret of its own.
    const expected = [...known.filter((name) => name !== 'DATABASE_URL'), 'PGPASSWORD'];
    assert.deepEqual(secretNames(), expected.sort());
    for (const { ValueFrom } of list(containerIn().Secrets))
      assert.match(JSON.stringify(ValueFrom), /ImportValue/);
  });

  it('are not in the environment of the task, nor in a template', () => {
    const names = list(containerIn().Environment).map(({ Name }) => Name as string);
    assert.deepEqual(names.filter(isSecret), ['DATABASE_URL']);
    assert.doesNotMatch(JSON.stringify(templates), /"SecretString"/);
    assert.match(
      JSON.stringify(only('AWS::RDS::DBInstance').MasterUserPassword),
      /\{\{resolve:secretsmanager:/,
    );
  });

  it('cannot be given as further variables', () => {
    for (const name of [...known, 'PGPASSWORD', 'JWT_SECRET_FILE'])
      assert.throws(
        () => new Deployment({ ...SETTINGS, environment: { [name]: 'x' } }),
        /only Secrets Manager/,
      );
  });

  it('of mail and encryption are given only when these are on', () => {
    const plain = resourcesOf(templatesWith());
    assert.deepEqual(secretNames(plain), ['AUDIT_SIGNING_KEY', 'FACTOR_KEY', 'JWT_SECRET', 'PGPASSWORD']);
    assert.deepEqual(
      [variable('DOWNLOAD_OFFLOAD', plain), variable('DOWNLOAD_OFFLOAD')],
      ['presigned', 'none'],
    );
    assert.deepEqual([variable('MAIL_FROM', plain), variable('MAIL_FROM')], [undefined, 'files@example.org']);
  });
});
