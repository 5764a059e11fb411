import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, ofType, only, resources, variable } from './found.js';
import { statementsOf } from './policies.js';
import { SETTINGS } from './templates.js';

describe('on the way', () => {
  it('is TLS 1.2 or 1.3 from outside, and a redirect to it', () => {
    const listeners = ofType('AWS::ElasticLoadBalancingV2::Listener').map((listener) => [
      ...[listener.Port, listener.Protocol, listener.SslPolicy],
      ...[at(listener, 'DefaultActions.0.Type'), at(listener, 'DefaultActions.0.RedirectConfig.Protocol')],
    ]);
    assert.deepEqual(listeners, [
      [443, 'HTTPS', 'ELBSecurityPolicy-TLS13-1-2-2021-06', 'fixed-response', undefined],
      [80, 'HTTP', undefined, 'redirect', 'HTTPS'],
    ]);
    assert.equal(only('AWS::CertificateManager::Certificate').DomainName, SETTINGS.host);
  });

  it('is TLS to the database, which takes nothing else, with its name and authority checked', () => {
    const { Parameters } = only('AWS::RDS::DBParameterGroup') as { Parameters: Record<string, string> };
    assert.equal(Parameters['rds.force_ssl'], '1');
    const url = JSON.stringify(variable('DATABASE_URL'));
    assert.match(url, /"postgres:\/\/app@".*:5432\/app\?sslmode=verify-full"/);
  });

  it('is TLS 1.2 or later to the bucket', () => {
    const policies = resources.filter(({ Type }) => Type === 'AWS::S3::BucketPolicy');
    const denied = statementsOf(policies).map(({ Effect, Condition }) => [Effect, Condition]);
    assert.deepEqual(denied, [
      ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
    ]);
  });
});
