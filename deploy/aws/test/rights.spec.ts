import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, ofType, only, resources } from './found.js';
import { type Statement, statementsOf, wildcardsOf } from './policies.js';

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
    const policies = ofType('AWS::IAM::Policy').filter(({ PolicyName }) =>
      String(PolicyName).includes('TaskRole'),
    );
    assert.equal(policies.length, 1);
    const statements = at(policies[0], 'PolicyDocument.Statement') as Statement[];
    assert.deepEqual(statements.flatMap(({ Action }) => Action).sort(), [
      ...['dynamodb:GetItem', 'dynamodb:PutItem', 'kms:Decrypt', 'kms:GenerateDataKey'],
      ...['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket'],
      ...['s3:ListBucketMultipartUploads', 's3:PutObject'],
    ]);
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
