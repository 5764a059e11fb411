import { Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { InstanceType, SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  CaCertificate,
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  ParameterGroup,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import type { Network } from './network.js';
import { DATABASE_PORT } from './ports.js';
import type { Size } from './size.js';

const USER = 'app';
const NAME = 'app';
const PARAMETERS = { 'rds.force_ssl': '1', ssl_min_protocol_version: 'TLSv1.2' };

export interface DatabaseProps {
  readonly network: Network;
  readonly key: IKey;
  readonly passwordArn: string;
  readonly size: Size;
}

/**
 * PostgreSQL on two servers in two zones. The second one has every commit before it is acknowledged, so a
 * failover loses nothing that the witness has seen. Only TLS is accepted.
 */
export class Database extends Construct {
  readonly instance: DatabaseInstance;
  /** Without the password, which is a secret. The name and the authority of the server are checked. */
  readonly url: string;

  constructor(scope: Construct, id: string, { network, key, passwordArn, size }: DatabaseProps) {
    super(scope, id);
    const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.of('17', '17') });
    this.instance = new DatabaseInstance(this, 'Instance', {
      engine,
      instanceType: new InstanceType(size.database),
      databaseName: NAME,
      // CloudFormation reads the password; it is not in the template.
      credentials: Credentials.fromPassword(USER, SecretValue.secretsManager(passwordArn)),
      vpc: network.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [network.database],
      port: DATABASE_PORT,
      publiclyAccessible: false,
      multiAz: true,
      storageType: StorageType.GP3,
      allocatedStorage: size.databaseGiB,
      maxAllocatedStorage: 4 * size.databaseGiB,
      storageEncrypted: true,
      storageEncryptionKey: key,
      caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
      parameterGroup: new ParameterGroup(this, 'Parameters', { engine, parameters: PARAMETERS }),
      backupRetention: Duration.days(14),
      deleteAutomatedBackups: false,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { dbInstanceEndpointAddress: host } = this.instance;
    this.url = `postgres://${USER}@${host}:${DATABASE_PORT}/${NAME}?sslmode=verify-full`;
  }
}
