import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deployment } from '../src/deployment.js';
import { variable } from './found.js';
import { resourcesOf, SETTINGS, templatesWith } from './templates.js';

describe('settings', () => {
  it('are refused with the name of the one that is wrong', () => {
    for (const [change, reason] of [
      [{ host: undefined }, /host is not set/],
      [{ imageTag: '' }, /imageTag is not set/],
      [{ size: 'huge' }, /size must be one of small, medium, large/],
      [{ host: 'files.example.com' }, /host must be in the zone/],
      [{ environment: 'LOG_LEVEL=warn' }, /environment must be an object/],
      [{ environment: { LOG_LEVEL: 1 } }, /LOG_LEVEL must be a text/],
      [{ environment: { LOG_FORMAT: 'text' } }, /LOG_FORMAT must be pino or ecs/],
    ] as const)
      assert.throws(() => new Deployment({ ...SETTINGS, ...change }), reason);
  });

  it('add variables, and change none that the stack decides', () => {
    const environment = { REGISTRATION: 'invite', TRUST_PROXY: '7' };
    const resources = resourcesOf(templatesWith({ environment }));
    assert.deepEqual(
      [variable('REGISTRATION', resources), variable('TRUST_PROXY', resources)],
      ['invite', '1'],
    );
  });
});
