import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, fileOfService, ofType, only, resources } from './found.js';
import { type Statement, statementsOf, wildcardsOf } from './policies.js';
import { type Resource, resourcesOf, templatesWith } from './templates.js';

describe('rights', () => {
  const allowed = statementsOf(resources).filter(({ Effect }) => Effect === 'Allow');

  it('have no wildcard, but those that AWS demands and the names of the objects', () => {
    assert.ok(allowed.length > 10);
    assert.deepEqual(allowed.flatMap(wildcardsOf).sort(), [
      // A token for the registry is for all of them.
      'ecr:GetAuthorizationToken on *',
      's3:AbortMultipartUpload on …/blobs/*',
      's3:DeleteObject on …/blobs/*',
      's3:GetObject on …/blobs/*',
      's3:PutObject on …/blobs/*',
    ]);
  });

  it('would show a wildcard in an action and in a resource', () => {
    const statement = { Effect: 'Allow', Action: ['s3:Get*', 's3:PutObject'], Resource: 'arn:aws:s3:::x' };
    assert.deepEqual(wildcardsOf(statement), ['s3:Get* on arn:aws:s3:::x']);
    assert.deepEqual(wildcardsOf({ ...statement, Action: 'a:b', Resource: ['*'] }), ['a:b on *']);
  });

  it('of the key are for the account and two services, each for what it has to do with it', () => {
    const statements = at(only('AWS::KMS::Key'), 'KeyPolicy.Statement') as Statement[];
    assert.equal(statements.length, 3);
    assert.ok(statements.flatMap(({ Action }) => Action).every((action) => !action.includes('*')));
    assert.ok(statements.slice(1).every(({ Condition }) => Condition !== undefined));
  });

  it('of the task are for objects, checkpoints and their key', () => {
    assert.deepEqual(
      ofTask(resourcesOf(templatesWith()))
        .flatMap(({ Action }) => Action)
        .sort(),
      [
        ...['dynamodb:GetItem', 'dynamodb:PutItem', 'kms:Decrypt', 'kms:GenerateDataKey'],
        ...['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket'],
        ...['s3:ListBucketMultipartUploads', 's3:PutObject'],
      ],
    );
  });

  it('of a task that encrypts contents are also for the one master key that KMS may have wrapped', () => {
    const source = fileOfService('src/encryption/kms/aws-kms.ts');
    const [, name = '', value = ''] = /CONTEXT = \{ '([^']+)': '([^']+)' \}/.exec(source) ?? [];
    assert.ok(name !== '');
    const plain = ofTask(resourcesOf(templatesWith())).map((statement) => JSON.stringify(statement));
    const further = ofTask(resources).filter((statement) => !plain.includes(JSON.stringify(statement)));
    assert.deepEqual(
      further.map(({ Action, Condition }) => [Action, Condition]),
      [
        [
          ['kms:Decrypt', 'kms:GenerateDataKey'],
          { StringEquals: { [`kms:EncryptionContext:${name}`]: value } },
        ],
      ],
    );
    assert.match(JSON.stringify(further[0]!.Resource), /Key/);
  });

  it('are those of tasks: no other service may take a role', () => {
    const roles = ofType('AWS::IAM::Role');
    assert.equal(roles.length, 2);
    for (const role of roles) {
      assert.deepEqual(at(role, 'AssumeRolePolicyDocument.Statement.0.Principal'), {
        Service: 'ecs-tasks.amazonaws.com',
      });
      assert.equal(at(role, 'AssumeRolePolicyDocument.Statement.1'), undefined);
      assert.equal(role.ManagedPolicyArns, undefined);
    }
  });
});

/** The statements of the policy of the task. */
function ofTask(all: readonly Resource[]): Statement[] {
  const policies = all
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .filter(({ Properties }) => String(Properties.PolicyName).includes('TaskRole'));
  assert.equal(policies.length, 1);
  return at(policies[0]!.Properties, 'PolicyDocument.Statement') as Statement[];
}
