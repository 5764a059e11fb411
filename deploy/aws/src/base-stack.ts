import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { type IRepository, Repository, RepositoryEncryption, TagMutability } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { EncryptionKey } from './encryption-key.js';
import { DATABASE_PASSWORD, SERVICE_SECRETS } from './service-secrets.js';

/**
 * What has to be there before the service: the key that encrypts everything, the registry, which then gets the
 * image, and the secrets, which `fill-secrets` then gives their values. All of it stays when the stack goes.
 */
export class BaseStack extends Stack {
  readonly key: IKey;
  readonly registry: IRepository;
  /** The ARN of the secret of each variable. */
  readonly secretArns: ReadonlyMap<string, string>;
  readonly databasePasswordArn: string;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    this.key = new EncryptionKey(this, 'Key').key;
    this.registry = new Repository(this, 'Registry', {
      repositoryName: 'microservices-api',
      encryption: RepositoryEncryption.KMS,
      encryptionKey: this.key,
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [{ maxImageCount: 20 }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.secretArns = new Map(
      SERVICE_SECRETS.map(({ variable, name }) => [variable, this.#secret(variable, name)]),
    );
    this.databasePasswordArn = this.#secret('PGPASSWORD', DATABASE_PASSWORD, {
      passwordLength: 48,
      excludePunctuation: true,
    });
    new CfnOutput(this, 'RegistryUri', { value: this.registry.repositoryUri });
    new CfnOutput(this, 'KeyArn', { value: this.key.keyArn });
  }

  /** Without a rule how to generate it, the secret is made without a value. */
  #secret(id: string, name: string, generateSecretString?: CfnSecret.GenerateSecretStringProperty): string {
    const secret = new CfnSecret(this, id, { name, kmsKeyId: this.key.keyArn, generateSecretString });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return secret.ref;
  }
}
