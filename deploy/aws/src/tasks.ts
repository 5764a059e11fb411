import { Duration, Stack } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import {
  AwsLogDriverMode,
  Cluster,
  ContainerImage,
  FargatePlatformVersion,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  Secret as SecretOfTask,
  UlimitName,
} from 'aws-cdk-lib/aws-ecs';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Network } from './network.js';
import { SERVICE_PORT } from './ports.js';
import type { ServiceLogs } from './service-logs.js';
import type { Size } from './size.js';

/** Seconds for running requests after SIGTERM, and the seconds after which ECS ends a task that is still there. */
const GRACE = 30;
const STOP = 40;
/** The context with which the service has KMS wrap its master key (`ENCRYPTION_KEY=aws-kms://…`, docs/encryption.md). */
const MASTER_KEY_CONTEXT = {
  'kms:EncryptionContext:microservices-api': 'master key of encryption at rest',
};
/** Processor use, in per cent, above which another task is started. */
const BUSY = 60;

const HEALTH_CHECK = `fetch("http://127.0.0.1:${SERVICE_PORT}/health").then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`;

export interface TasksProps {
  readonly network: Network;
  readonly targets: ApplicationTargetGroup;
  readonly logs: ServiceLogs;
  readonly key: IKey;
  readonly registry: IRepository;
  readonly imageTag: string;
  readonly size: Size;
  /** Variables of the service, and the ARN of a secret for each variable that is one. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secretArns: ReadonlyMap<string, string>;
  /** True when the service may keep a master key that the key of the stack has wrapped. */
  readonly unwrapsMasterKey: boolean;
}

/** The tasks: the service's processes on Fargate, and how many of them run. */
export class Tasks extends Construct {
  readonly cluster: Cluster;
  readonly service: FargateService;
  readonly definition: FargateTaskDefinition;

  constructor(scope: Construct, id: string, props: TasksProps) {
    super(scope, id);
    const { network, size } = props;
    this.definition = new FargateTaskDefinition(this, 'Definition', {
      family: 'microservices-api',
      cpu: size.cpu,
      memoryLimitMiB: size.memoryMiB,
      volumes: [{ name: 'storage' }],
    });
    this.#addContainer(props);
    this.#allowDecryption(props.key);
    if (props.unwrapsMasterKey) this.#allowMasterKey(props.key);
    this.cluster = new Cluster(this, 'Cluster', { vpc: network.vpc });
    this.service = new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.definition,
      platformVersion: FargatePlatformVersion.VERSION1_4,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      // Migrations run before the first answer.
      healthCheckGracePeriod: Duration.minutes(3),
      circuitBreaker: { rollback: true },
      assignPublicIp: false,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [network.tasks],
    });
    this.service.attachToApplicationTargetGroup(props.targets);
    this.#scale(props);
  }

  #addContainer({ registry, imageTag, logs, environment, secretArns }: TasksProps): void {
    const secrets = [...secretArns].map(([variable, arn]) => {
      const secret = Secret.fromSecretCompleteArn(this, variable, arn);
      return [variable, SecretOfTask.fromSecretsManager(secret)] as const;
    });
    const container = this.definition.addContainer('app', {
      image: ContainerImage.fromEcrRepository(registry, imageTag),
      portMappings: [{ containerPort: SERVICE_PORT }],
      environment: { ...environment, SHUTDOWN_GRACE_SECONDS: String(GRACE) },
      secrets: Object.fromEntries(secrets),
      // A log that cannot be reached does not stop the service. Lines are dropped when the buffer is full.
      logging: LogDriver.awsLogs({
        logGroup: logs.group,
        streamPrefix: 'app',
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(STOP),
      healthCheck: {
        command: ['CMD', 'node', '-e', HEALTH_CHECK],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(120),
      },
      ulimits: [{ name: UlimitName.NOFILE, softLimit: 65_536, hardLimit: 65_536 }],
    });
    // The image gives the directory to its user.
    container.addMountPoints({ sourceVolume: 'storage', containerPath: '/var/lib/storage', readOnly: false });
  }

  /** ECS decrypts the secrets for a new task, and the task what it keeps in the bucket and in the table. */
  #allowDecryption(key: IKey): void {
    const { region } = Stack.of(this);
    const services = ['dynamodb', 's3'].map((service) => `${service}.${region}.amazonaws.com`);
    this.definition.obtainExecutionRole().addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
      }),
    );
    this.definition.addToTaskRolePolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': services } },
      }),
    );
  }

  /** For `aws-kms://` and the ARN of the key in the secret `encryption-key`: nothing but that one master key. */
  #allowMasterKey(key: IKey): void {
    this.definition.addToTaskRolePolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: { StringEquals: MASTER_KEY_CONTEXT },
      }),
    );
  }

  #scale({ size, targets }: TasksProps): void {
    const count = this.service.autoScaleTaskCount({
      minCapacity: size.tasks.least,
      maxCapacity: size.tasks.most,
    });
    const cooldowns = { scaleOutCooldown: Duration.minutes(1), scaleInCooldown: Duration.minutes(5) };
    count.scaleOnCpuUtilization('Processor', { targetUtilizationPercent: BUSY, ...cooldowns });
    count.scaleOnRequestCount('Requests', {
      requestsPerTarget: size.requestsPerTask,
      targetGroup: targets,
      ...cooldowns,
    });
  }
}
