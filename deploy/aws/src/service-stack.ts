import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.js';
import { Balancer } from './balancer.js';
import type { BaseStack } from './base-stack.js';
import { Database } from './database.js';
import { FileBucket } from './file-bucket.js';
import { Network } from './network.js';
import { ServiceLogs } from './service-logs.js';
import type { Settings } from './settings.js';
import { Tasks } from './tasks.js';
import { WitnessTable } from './witness-table.js';

export interface ServiceStackProps extends StackProps {
  readonly base: BaseStack;
  readonly settings: Settings;
}

/** The service with all that it uses. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { base, settings, ...props }: ServiceStackProps) {
    super(scope, id, props);
    const { size, imageTag } = settings;
    const { key, registry } = base;
    const network = new Network(this, 'Network', {
      natGateways: size.natGateways,
      mail: settings.mailFrom !== null,
    });
    const passwordArn = base.databasePasswordArn;
    const database = new Database(this, 'Database', { network, key, passwordArn, size });
    const files = new FileBucket(this, 'Files', key);
    const witness = new WitnessTable(this, 'Witness', key);
    const balancer = new Balancer(this, 'Balancer', network, settings);
    const logs = new ServiceLogs(this, 'Logs', key, settings.logFormat);
    const { targets } = balancer;
    const environment = this.#environment(settings, database, files, witness);
    const secretArns = secretsOf(base, settings);
    const tasks = new Tasks(this, 'Tasks', {
      network,
      targets,
      logs,
      key,
      registry,
      imageTag,
      size,
      environment,
      secretArns,
      unwrapsMasterKey: settings.encryptContents,
    });
    // A first start migrates the database.
    tasks.service.node.addDependency(database);
    files.grantUse(tasks.definition.taskRole);
    witness.grantUse(tasks.definition.taskRole);
    const { service } = tasks;
    new Alarms(this, 'Alarms', { key, settings, balancer, service, database, table: witness.table, logs });
    this.#tell({
      Address: `https://${settings.host}`,
      BucketName: files.bucket.bucketName,
      TableName: witness.table.tableName,
      TaskDefinitionArn: tasks.definition.taskDefinitionArn,
      ClusterName: tasks.cluster.clusterName,
      TaskNetwork: network.forCommands,
    });
  }

  #tell(outputs: Record<string, string>): void {
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }

  #environment(
    { host, mailFrom, encryptContents, environment }: Settings,
    database: Database,
    files: FileBucket,
    witness: WitnessTable,
  ): Record<string, string> {
    return {
      ...environment,
      NODE_ENV: 'production',
      AWS_REGION: this.region,
      PUBLIC_URL: `https://${host}`,
      // The balancer.
      TRUST_PROXY: '1',
      DATABASE_URL: database.url,
      STORAGE_DRIVER: 's3',
      S3_BUCKET: files.bucket.bucketName,
      S3_REGION: this.region,
      // Only the service can decrypt what it has encrypted.
      DOWNLOAD_OFFLOAD: encryptContents ? 'none' : 'presigned',
      WITNESS: `dynamodb://${witness.table.tableName}`,
      AUDIT_ORIGIN: host,
      ...(mailFrom === null ? {} : { MAIL_FROM: mailFrom }),
    };
  }
}

/** The secrets that the service gets: those of what is switched off stay where they are. */
function secretsOf(base: BaseStack, { mailFrom, encryptContents }: Settings): Map<string, string> {
  const arns = new Map([...base.secretArns, ['PGPASSWORD', base.databasePasswordArn]]);
  if (mailFrom === null) arns.delete('SMTP_URL');
  if (!encryptContents) arns.delete('ENCRYPTION_KEY');
  return arns;
}
