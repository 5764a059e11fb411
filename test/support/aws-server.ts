import { once } from 'node:events';
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AwsEndpoint } from '../../src/config/app-config.js';
import { launchMoto } from './moto.js';

export interface AwsServer {
  readonly endpoint: AwsEndpoint & { readonly endpoint: string };
  /** The variables with which the service finds this server. */
  readonly environment: Record<string, string>;
  /** A new table for witnesses. @returns its name. */
  table(): Promise<string>;
  /** A new, empty bucket. @returns its name. */
  bucket(): Promise<string>;
  putItem(table: string, item: Record<string, AttributeValue>): Promise<void>;
  putObject(bucket: string, name: string, text: string): Promise<void>;
  names(bucket: string): Promise<string[]>;
  /** Makes the server stop answering, or answer again. */
  freeze(frozen: boolean): void;
  stop(): Promise<void>;
}

/** A server with DynamoDB and S3, whose conditional writes are atomic. */
export async function startAws(): Promise<AwsServer> {
  const { process: child, endpoint: url } = await launchMoto({ oneThread: true });
  const endpoint = { region: 'us-east-1', endpoint: url };
  const dynamo = new DynamoDBClient(endpoint);
  const s3 = new S3Client({ ...endpoint, forcePathStyle: true });
  return {
    endpoint,
    environment: {
      AWS_REGION: endpoint.region,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_ENDPOINT_URL_S3: url,
      S3_FORCE_PATH_STYLE: 'true',
    },
    table: async () => {
      const TableName = `table-${crypto.randomUUID()}`;
      await dynamo.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'origin', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'origin', KeyType: 'HASH' }],
        }),
      );
      return TableName;
    },
    bucket: async () => {
      const Bucket = `test-${crypto.randomUUID()}`;
      await s3.send(new CreateBucketCommand({ Bucket }));
      return Bucket;
    },
    putItem: async (TableName, Item) => {
      await dynamo.send(new PutItemCommand({ TableName, Item }));
    },
    putObject: async (Bucket, Key, Body) => {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    names: async (Bucket) => {
      const names: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket }))
        names.push(...Contents.map(({ Key }) => Key!));
      return names;
    },
    freeze: (frozen) => void child.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
    stop: async () => {
      dynamo.destroy();
      s3.destroy();
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
