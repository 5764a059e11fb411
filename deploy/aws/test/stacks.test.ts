import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CfnService } from 'aws-cdk-lib/aws-ecs';
import { Deployment } from '../src/deployment.js';
import { costTable, monthlyCosts } from '../src/costs.js';
import { PUBLIC_PATHS } from '../src/public-paths.js';
import { isSecret } from '../src/service-secrets.js';
import { SIZES } from '../src/size.js';
import { type Statement, statementsOf, wildcardsOf } from './policies.js';
import { type Resource, resourcesOf, SETTINGS, templatesWith } from './templates.js';

const ROOT = new URL('../../../../', import.meta.url);
const templates = templatesWith({ mailFrom: 'files@example.org', encryptContents: true });
const resources = resourcesOf(templates);

const ofType = (type: string) =>
  resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
const only = (type: string) => {
  const [first, ...others] = ofType(type);
  assert.ok(first !== undefined && others.length === 0, `one ${type}`);
  return first as Record<string, any>;
};

/** The container of the service. */
const container = () => only('AWS::ECS::TaskDefinition').ContainerDefinitions[0];
const variable = (name: string): unknown =>
  container().Environment.find(({ Name }: { Name: string }) => Name === name)?.Value;

describe('what is public', () => {
  it('is the balancer alone', () => {
    assert.equal(only('AWS::ElasticLoadBalancingV2::LoadBalancer').Scheme, 'internet-facing');
    assert.equal(
      only('AWS::ECS::Service').NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp,
      'DISABLED',
    );
    assert.equal(only('AWS::RDS::DBInstance').PubliclyAccessible, false);
    for (const subnet of ofType('AWS::EC2::Subnet')) assert.equal(subnet.MapPublicIpOnLaunch, false);
  });

  it('is on two ports: everybody is let in by no other rule', () => {
    const inline = ofType('AWS::EC2::SecurityGroup').flatMap(
      ({ SecurityGroupIngress = [] }) => SecurityGroupIngress,
    );
    const rules = [...(inline as object[]), ...ofType('AWS::EC2::SecurityGroupIngress')];
    assert.equal(rules.length, 4);
    const open = rules.filter((rule) => !('SourceSecurityGroupId' in rule)) as {
      FromPort: number;
      ToPort: number;
    }[];
    assert.deepEqual(
      open.map(({ FromPort, ToPort }) => [FromPort, ToPort]),
      [
        [80, 80],
        [443, 443],
      ],
    );
  });

  it('is no way out of the subnets of the database', () => {
    const { SubnetIds } = only('AWS::RDS::DBSubnetGroup') as { SubnetIds: { Ref: string }[] };
    const refs = SubnetIds.map(({ Ref }) => Ref);
    assert.equal(refs.length, 2);
    const tables = ofType('AWS::EC2::SubnetRouteTableAssociation')
      .filter(({ SubnetId }) => refs.includes((SubnetId as { Ref: string }).Ref))
      .map(({ RouteTableId }) => (RouteTableId as { Ref: string }).Ref);
    assert.equal(tables.length, 2);
    const routes = ofType('AWS::EC2::Route').map(({ RouteTableId }) => (RouteTableId as { Ref: string }).Ref);
    assert.equal(routes.length, 4);
    assert.deepEqual(
      routes.filter((table) => tables.includes(table)),
      [],
    );
  });

  it('is no object of the bucket', () => {
    const bucket = only('AWS::S3::Bucket');
    assert.deepEqual(Object.values(bucket.PublicAccessBlockConfiguration as object), [
      true,
      true,
      true,
      true,
    ]);
    assert.equal(bucket.VersioningConfiguration, undefined);
  });

  it('has the paths of the ingress, and neither /metrics nor /ready in any spelling', () => {
    const ingress = readFileSync(new URL('deploy/kubernetes/ingress.yaml', ROOT), 'utf8');
    const paths = [...ingress.matchAll(/path: (\S+)\n\s+pathType: (\w+)/g)];
    assert.ok(paths.length > 5);
    for (const [, path, kind] of paths)
      assert.ok(isPublic(kind === 'Prefix' ? `${path}/x` : path!) || isPublic(path!), path);
    for (const path of [
      '/metrics',
      '/Metrics',
      '/metrics/',
      '//metrics',
      '/%6detrics',
      '/ready',
      '/READY',
      '/./ready',
    ])
      assert.ok(!isPublic(path), path);
  });

  it('is forwarded by rules that have all these paths', () => {
    const conditions = ofType('AWS::ElasticLoadBalancingV2::ListenerRule').map(
      ({ Conditions }) => Conditions,
    ) as {
      PathPatternConfig: { Values: string[] };
    }[][];
    for (const [condition] of conditions) assert.ok(condition!.PathPatternConfig.Values.length <= 5);
    assert.deepEqual(
      conditions.flatMap(([condition]) => condition!.PathPatternConfig.Values),
      PUBLIC_PATHS,
    );
  });
});

describe('on the way', () => {
  it('is TLS from outside, and a redirect to it', () => {
    const listeners = ofType('AWS::ElasticLoadBalancingV2::Listener') as Record<string, any>[];
    const shown = listeners.map(({ Port, Protocol, SslPolicy, DefaultActions: [action] }) => [
      ...[Port, Protocol, SslPolicy, action.Type, action.RedirectConfig?.Protocol],
    ]);
    assert.deepEqual(shown, [
      [443, 'HTTPS', 'ELBSecurityPolicy-TLS13-1-2-2021-06', 'fixed-response', undefined],
      [80, 'HTTP', undefined, 'redirect', 'HTTPS'],
    ]);
    assert.equal(only('AWS::CertificateManager::Certificate').DomainName, SETTINGS.host);
  });

  it('is TLS to the database, which takes nothing else, with its name and authority checked', () => {
    const parameters = only('AWS::RDS::DBParameterGroup').Parameters as Record<string, string>;
    assert.equal(parameters['rds.force_ssl'], '1');
    assert.match(
      JSON.stringify(variable('DATABASE_URL')),
      /"postgres:\/\/app@".*:5432\/app\?sslmode=verify-full"/,
    );
  });

  it('is TLS 1.2 or later to the bucket', () => {
    const denied = statementsOf(resources.filter(({ Type }) => Type === 'AWS::S3::BucketPolicy'));
    assert.deepEqual(
      denied.map(({ Effect, Condition }) => [Effect, Condition]),
      [
        ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
        ['Deny', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
      ],
    );
  });
});

/** Where each kind of resource that keeps something names its key. */
const KEYS: Record<string, (properties: Record<string, any>) => unknown> = {
  'AWS::DynamoDB::Table': ({ SSESpecification }) =>
    SSESpecification.SSEEnabled && SSESpecification.KMSMasterKeyId,
  'AWS::ECR::Repository': ({ EncryptionConfiguration }) => EncryptionConfiguration.KmsKey,
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
  'AWS::RDS::DBInstance': ({ StorageEncrypted, KmsKeyId }) => StorageEncrypted && KmsKeyId,
  'AWS::S3::Bucket': ({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [rule],
    },
  }) =>
    rule.ServerSideEncryptionByDefault.SSEAlgorithm === 'aws:kms' &&
    rule.ServerSideEncryptionByDefault.KMSMasterKeyID,
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::SecretsManager::Secret': ({ KmsKeyId }) => KmsKeyId,
};

/** Kinds that keep nothing, or nothing but what is in the template. A task's disk is encrypted by Fargate. */
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
  });

  it('has a key that changes each year', () => {
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
    assert.equal(table.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, true);
    assert.deepEqual(table.KeySchema, [{ AttributeName: 'origin', KeyType: 'HASH' }]);
  });

  it('does not include the parts of abandoned uploads, nor old lines of the log', () => {
    const [rule] = only('AWS::S3::Bucket').LifecycleConfiguration.Rules;
    assert.equal(rule.AbortIncompleteMultipartUpload.DaysAfterInitiation, 7);
    assert.equal(only('AWS::Logs::LogGroup').RetentionInDays, 90);
  });
});

describe('rights', () => {
  const statements = statementsOf(resources);
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow');

  it('have no wildcard, but those that AWS demands and the names of the objects', () => {
    assert.ok(allowed.length > 10);
    assert.deepEqual(
      allowed.flatMap(wildcardsOf).sort(),
      [
        // A token for the registry is for all of them. The key's policy is below.
        'ecr:GetAuthorizationToken on *',
        's3:AbortMultipartUpload on …/blobs/*',
        's3:DeleteObject on …/blobs/*',
        's3:GetObject on …/blobs/*',
        's3:PutObject on …/blobs/*',
      ].sort(),
    );
  });

  it('would show a wildcard in an action and in a resource', () => {
    const statement: Statement = {
      Effect: 'Allow',
      Action: ['s3:Get*', 's3:PutObject'],
      Resource: 'arn:aws:s3:::x',
    };
    assert.deepEqual(wildcardsOf(statement), ['s3:Get* on arn:aws:s3:::x']);
    assert.deepEqual(wildcardsOf({ ...statement, Action: 'a:b', Resource: ['*'] }), ['a:b on *']);
  });

  it('of the key are for the account and two services, each for what it has to do with it', () => {
    const { Statement } = only('AWS::KMS::Key').KeyPolicy as { Statement: Statement[] };
    assert.equal(Statement.length, 3);
    for (const { Action } of Statement) assert.ok([Action].flat().every((action) => !action!.includes('*')));
    for (const { Condition } of Statement.slice(1)) assert.ok(Condition !== undefined);
  });

  it('are those of tasks: no other service may take a role', () => {
    const roles = ofType('AWS::IAM::Role') as { AssumeRolePolicyDocument: { Statement: Statement[] } }[];
    assert.equal(roles.length, 2);
    for (const { AssumeRolePolicyDocument } of roles)
      assert.deepEqual(
        AssumeRolePolicyDocument.Statement.map(({ Principal }) => Principal),
        [{ Service: 'ecs-tasks.amazonaws.com' }],
      );
    assert.ok(roles.every((role) => !('ManagedPolicyArns' in role)));
  });
});

describe('secrets', () => {
  const example = readFileSync(new URL('.env.example', ROOT), 'utf8');
  const known = [...example.matchAll(/^#?(\w+)_FILE=/gm)].map(([, name]) => name!);

  it('are all in Secrets Manager', () => {
    assert.ok(known.length >= 6);
    const names = container().Secrets.map(({ Name }: { Name: string }) => Name);
    // The URL of the database has no password: that has a secret of its own.
    const expected = [...known.filter((name) => name !== 'DATABASE_URL'), 'PGPASSWORD'];
    assert.deepEqual(names.sort(), expected.sort());
    for (const { ValueFrom } of container().Secrets) assert.match(JSON.stringify(ValueFrom), /ImportValue/);
  });

  it('are not in the environment of the task, nor in a template', () => {
    const names = container().Environment.map(({ Name }: { Name: string }) => Name);
    assert.deepEqual(
      names.filter((name: string) => isSecret(name) && name !== 'DATABASE_URL'),
      [],
    );
    assert.doesNotMatch(JSON.stringify(templates), /"SecretString"/);
    const { MasterUserPassword } = only('AWS::RDS::DBInstance');
    assert.match(JSON.stringify(MasterUserPassword), /\{\{resolve:secretsmanager:/);
  });

  it('cannot be given as a further variable', () => {
    for (const name of [...known, 'PGPASSWORD', 'JWT_SECRET_FILE'])
      assert.throws(
        () => new Deployment({ ...SETTINGS, environment: { [name]: 'x' } }),
        /only Secrets Manager/,
      );
  });

  it('of mail and encryption are given only when these are on', () => {
    const plain = resourcesOf(templatesWith()).find(({ Type }) => Type === 'AWS::ECS::TaskDefinition')!;
    const [{ Secrets, Environment }] = plain.Properties.ContainerDefinitions as [any];
    const names = Secrets.map(({ Name }: { Name: string }) => Name).sort();
    assert.deepEqual(names, ['AUDIT_SIGNING_KEY', 'FACTOR_KEY', 'JWT_SECRET', 'PGPASSWORD']);
    const offload = Environment.find(({ Name }: { Name: string }) => Name === 'DOWNLOAD_OFFLOAD');
    assert.deepEqual([offload.Value, variable('DOWNLOAD_OFFLOAD')], ['presigned', 'none']);
  });
});

describe('tasks', () => {
  it('end in order: the balancer first, then the service, then ECS', () => {
    const attributes = only('AWS::ElasticLoadBalancingV2::TargetGroup').TargetGroupAttributes;
    assert.deepEqual(
      attributes.find(({ Key }: { Key: string }) => Key === 'deregistration_delay.timeout_seconds').Value,
      '60',
    );
    assert.ok(Number(variable('SHUTDOWN_GRACE_SECONDS')) < container().StopTimeout);
  });

  it('are judged by /ready, and replaced only after the longest failover of the database', () => {
    const group = only('AWS::ElasticLoadBalancingV2::TargetGroup');
    assert.equal(group.HealthCheckPath, '/ready');
    assert.ok(group.HealthCheckIntervalSeconds * group.UnhealthyThresholdCount >= 150);
    assert.match(container().HealthCheck.Command.at(-1), /\/health/);
  });

  it('cannot write anywhere but in their storage', () => {
    assert.equal(container().ReadonlyRootFilesystem, true);
    assert.deepEqual(
      container().MountPoints.map(({ ContainerPath }: any) => ContainerPath),
      ['/var/lib/storage'],
    );
  });

  it('become more by processor time and by requests, within the size', () => {
    const { MinCapacity, MaxCapacity } = only('AWS::ApplicationAutoScaling::ScalableTarget');
    assert.deepEqual([MinCapacity, MaxCapacity], [2, 6]);
    const policies = ofType('AWS::ApplicationAutoScaling::ScalingPolicy') as Record<string, any>[];
    const metrics = policies.map(
      (policy) =>
        policy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType,
    );
    assert.deepEqual(metrics, ['ECSServiceAverageCPUUtilization', 'ALBRequestCountPerTarget']);
  });
});

describe('alarms', () => {
  it('are about requests, tasks, the database, the trail and its witness, and tell somebody', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm') as Record<string, any>[];
    const metrics = alarms.map(
      ({ MetricName, Metrics }) => MetricName ?? Metrics.map(({ Id }: { Id: string }) => Id),
    );
    assert.deepEqual(metrics, [
      ...['HTTPCode_ELB_5XX_Count', 'HTTPCode_Target_5XX_Count', 'UnHealthyHostCount'],
      ...['CPUUtilization', 'MemoryUtilization', 'FreeStorageSpace', 'CPUUtilization'],
      ...['AuditErrors', 'WitnessErrors', 'OtherErrors'],
      ['expr_1', 'failed', 'getitem', 'putitem', 'throttled'],
    ]);
    for (const { AlarmActions, AlarmDescription } of alarms) {
      assert.equal(AlarmActions.length, 1);
      assert.ok(AlarmDescription.length > 20);
    }
    assert.equal(only('AWS::SNS::Subscription').Endpoint, SETTINGS.alarmMail);
  });

  it('count the errors of loggers that the service has', () => {
    const patterns = ofType('AWS::Logs::MetricFilter').map(({ FilterPattern }) => FilterPattern as string);
    assert.equal(patterns.length, 3);
    const loggers = new Set(
      patterns.flatMap((text) => [...text.matchAll(/context !?= "(\w+)"/g)].map(([, name]) => name)),
    );
    const folders = ['src/audit/intake/', 'src/audit/witness/'];
    for (const logger of loggers) {
      const file = `${logger!.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.ts`;
      const sources = folders.flatMap((folder) => {
        try {
          return [readFileSync(new URL(folder + file, ROOT), 'utf8')];
        } catch {
          return [];
        }
      });
      assert.match(sources.join(''), new RegExp(`new Logger\\(${logger}\\.name\\)`), logger);
    }
  });
});

describe('templates', () => {
  /** Synthesizes with the schemas of CloudFormation. The other tests do without, because reading these takes long. */
  const validate = (change: (deployment: Deployment) => void) => {
    const strict = { failSynthOnValidationErrors: true, strictCfnValidateErrors: true };
    const flags = Object.entries(strict).map(([name, value]) => [`@aws-cdk/core:${name}`, value] as const);
    const deployment = new Deployment({ ...SETTINGS, ...Object.fromEntries(flags) });
    change(deployment);
    process.env.CDK_VALIDATION = 'true';
    try {
      deployment.synth();
    } finally {
      process.env.CDK_VALIDATION = 'false';
    }
  };

  it('follow the schemas of CloudFormation', () => validate(() => undefined));

  it('would be refused for a value of the wrong type', () => {
    const spoil = ({ service }: Deployment) => {
      const resources = service.node.findAll().filter((construct) => construct instanceof CfnService);
      assert.equal(resources.length, 1);
      resources[0]!.addPropertyOverride('DesiredCount', 'many');
    };
    assert.throws(() => validate(spoil), /Validation failed/);
  });
});

describe('costs', () => {
  it('stand in the notes on deployment as they are computed', () => {
    assert.ok(readFileSync(new URL('deploy/README.md', ROOT), 'utf8').includes(costTable()));
  });

  it('are the sum of their parts, and grow with the size', () => {
    // By hand: two tasks and an eighth of half a processor and 1 GiB, for 730 hours.
    assert.equal(
      monthlyCosts(SIZES.small).Fargate!.toFixed(2),
      (2.125 * 730 * (0.02328 + 0.00511)).toFixed(2),
    );
    const parts = Object.values(SIZES).map((size) => Object.values(monthlyCosts(size)));
    const [small, medium, large] = parts.map((part) => part.reduce((sum, each) => sum + each, 0));
    assert.ok(small! < medium! && medium! < large!);
  });
});

describe('settings', () => {
  it('are refused with the name of the one that is wrong', () => {
    for (const [change, reason] of [
      [{ host: undefined }, /host is not set/],
      [{ imageTag: '' }, /imageTag is not set/],
      [{ size: 'huge' }, /size must be one of small, medium, large/],
      [{ host: 'files.example.com' }, /host must be in the zone/],
      [{ environment: { LOG_LEVEL: 1 } }, /LOG_LEVEL must be a text/],
    ] as const)
      assert.throws(() => new Deployment({ ...SETTINGS, ...change }), reason);
  });

  it('add variables, and change none that the stack decides', () => {
    const environment = { REGISTRATION: 'invite', TRUST_PROXY: '7' };
    const task = resourcesOf(templatesWith({ environment })).find(
      ({ Type }) => Type === 'AWS::ECS::TaskDefinition',
    )!;
    const [{ Environment }] = task.Properties.ContainerDefinitions as [
      { Environment: { Name: string; Value: string }[] },
    ];
    const valueOf = (name: string) => Environment.find(({ Name }) => Name === name)?.Value;
    assert.deepEqual([valueOf('REGISTRATION'), valueOf('TRUST_PROXY')], ['invite', '1']);
  });
});

/** What a path pattern of a listener matches: `*` any characters, `?` one, upper and lower case apart. */
function isPublic(path: string): boolean {
  return PUBLIC_PATHS.some((pattern) =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(path),
  );
}
