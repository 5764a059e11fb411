import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { LOG_GROUP } from './log-group-name.js';

const USE = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** What policies of the account may allow: to use the key, and to administer it. */
const BY_ACCOUNT = [
  ...USE,
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:CreateGrant',
  'kms:DeleteAlias',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RetireGrant',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/**
 * The key of the customer that encrypts database, bucket, table, secrets, images, logs and alarms. AWS makes new
 * key material each year. In a key's policy, the resource `*` is the key itself.
 */
export class EncryptionKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { account, partition, region } = Stack.of(this);
    const logs = `arn:${partition}:logs:${region}:${account}:log-group:${LOG_GROUP}`;
    const statements = [
      new PolicyStatement({
        principals: [new AccountRootPrincipal()],
        actions: BY_ACCOUNT,
        resources: ['*'],
      }),
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: USE,
        resources: ['*'],
        conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': logs } },
      }),
      // Alarms are sent to an encrypted topic.
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    ];
    this.key = new Key(this, 'Key', {
      alias: 'microservices-api',
      description: 'Encrypts everything that microservices-api keeps',
      enableKeyRotation: true,
      policy: new PolicyDocument({ statements }),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
