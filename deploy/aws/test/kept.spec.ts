import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, only, resources } from './found.js';
import type { Properties, Resource } from './templates.js';

/** Where each kind of resource that keeps something names its key. */
const KEYS: Readonly<Record<string, (properties: Properties) => unknown>> = {
  'AWS::DynamoDB::Table': (table) =>
    at(table, 'SSESpecification.SSEEnabled') === true && at(table, 'SSESpecification.KMSMasterKeyId'),
  'AWS::ECR::Repository': (registry) => at(registry, 'EncryptionConfiguration.KmsKey'),
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
  'AWS::RDS::DBInstance': ({ StorageEncrypted, KmsKeyId }) => StorageEncrypted === true && KmsKeyId,
  'AWS::S3::Bucket': (bucket) => {
    const rule = at(
      bucket,
      'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault',
    );
    return at(rule, 'SSEAlgorithm') === 'aws:kms' && at(rule, 'KMSMasterKeyID');
  },
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::SecretsManager::Secret': ({ KmsKeyId }) => KmsKeyId,
};

/** Kinds that keep nothing but what is in the template. The disk of a task is encrypted by Fargate. */
const KEEP_NOTHING = [
  /^AWS::EC2::/,
  /^AWS::ElasticLoadBalancingV2::/,
  /^AWS::IAM::/,
  /^AWS::ECS::/,
  /^AWS::ApplicationAutoScaling::/,
  /^AWS::CloudWatch::Alarm$/,
  /^AWS::KMS::/,
  /^AWS::Logs::MetricFilter$/,
  /^AWS::RDS::DB(ParameterGroup|SubnetGroup)$/,
  /^AWS::S3::BucketPolicy$/,
  /^AWS::SNS::Subscription$/,
  /^AWS::CertificateManager::Certificate$/,
  /^AWS::Route53::RecordSet$/,
];

describe('what is kept', () => {
  const kept = resources.filter(({ Type }) => !KEEP_NOTHING.some((kind) => kind.test(Type)));

  it('is encrypted under the one key', () => {
    for (const { Type, Properties } of kept) {
      const key = JSON.stringify(KEYS[Type]?.(Properties) ?? null);
      assert.match(key, /^\{"Fn::(GetAtt|ImportValue)":.*Key\w+/, Type);
    }
    assert.deepEqual(new Set(kept.map(({ Type }) => Type)), new Set(Object.keys(KEYS)));
    assert.equal(only('AWS::KMS::Key').EnableKeyRotation, true);
  });

  it('stays when a stack is deleted, but for the topic', () => {
    const retained = (resource: Resource) => resource.DeletionPolicy === 'Retain';
    const lost = kept.filter((resource) => !retained(resource)).map(({ Type }) => Type);
    assert.deepEqual(lost, ['AWS::SNS::Topic']);
    assert.ok(resources.filter(({ Type }) => Type === 'AWS::KMS::Key').every(retained));
    assert.equal(only('AWS::RDS::DBInstance').DeletionProtection, true);
    assert.equal(only('AWS::DynamoDB::Table').DeletionProtectionEnabled, true);
  });

  it('is on two servers, and can be brought back', () => {
    const { MultiAZ, BackupRetentionPeriod } = only('AWS::RDS::DBInstance');
    assert.deepEqual([MultiAZ, BackupRetentionPeriod], [true, 14]);
    const table = only('AWS::DynamoDB::Table');
    assert.equal(at(table, 'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled'), true);
    assert.deepEqual(table.KeySchema, [{ AttributeName: 'origin', KeyType: 'HASH' }]);
  });

  it('is neither what was deleted for good, nor the parts of abandoned uploads, nor old lines of the log', () => {
    const bucket = only('AWS::S3::Bucket');
    assert.equal(bucket.VersioningConfiguration, undefined);
    const rule = at(bucket, 'LifecycleConfiguration.Rules.0');
    assert.equal(at(rule, 'AbortIncompleteMultipartUpload.DaysAfterInitiation'), 7);
    assert.equal(at(rule, 'Status'), 'Enabled');
    assert.equal(only('AWS::Logs::LogGroup').RetentionInDays, 90);
  });
});
