import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { AwsEndpoint } from '../../config/app-config.js';
import { readCheckpoint } from '../merkle/checkpoint.js';
import { ANSWER_MS, awsClientOptions, inTime } from './aws-client.js';
import { WitnessStore, WitnessUnreadable } from './witness-store.js';

/**
 * A witness in a DynamoDB table, which the operator makes. There is one item for each log, with the log's name
 * as its key `origin` and the note in `checkpoint`, both strings. DynamoDB compares the note that was read in
 * the write itself, so only one of several processes succeeds. It stores an item durably before it answers.
 */
export class DynamoDbWitnessStore extends WitnessStore {
  readonly #client: DynamoDBClient;

  /**
   * @param origin the log's name.
   * @param answerMs how long an answer may take, in milliseconds.
   */
  constructor(
    endpoint: AwsEndpoint,
    private readonly table: string,
    private readonly origin: string,
    private readonly answerMs = ANSWER_MS,
  ) {
    super();
    this.#client = new DynamoDBClient(awsClientOptions(endpoint));
  }

  override async fetch(): Promise<string | null> {
    const { Item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: { origin: { S: this.origin } },
        // An older note would make a log that has grown meanwhile look as if nothing were kept of it.
        ConsistentRead: true,
      }),
      inTime(this.answerMs),
    );
    if (Item === undefined) return null;
    const note = Item.checkpoint?.S ?? '';
    // The signature was checked when the note was stored, perhaps with a key that was replaced since.
    if (readCheckpoint(note) === null) throw new WitnessUnreadable(`dynamodb://${this.table}/${this.origin}`);
    return note;
  }

  override create(first: string): Promise<boolean> {
    return this.#put(first, { ConditionExpression: 'attribute_not_exists(origin)' });
  }

  override replace(read: string, next: string): Promise<boolean> {
    return this.#put(next, {
      ConditionExpression: 'checkpoint = :read',
      ExpressionAttributeValues: { ':read': { S: read } },
    });
  }

  async #put(note: string, condition: Partial<PutItemCommandInput>): Promise<boolean> {
    const Item = { origin: { S: this.origin }, checkpoint: { S: note } };
    try {
      const command = new PutItemCommand({ TableName: this.table, Item, ...condition });
      await this.#client.send(command, inTime(this.answerMs));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
