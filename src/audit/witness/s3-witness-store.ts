import {
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { S3Config } from '../../config/app-config.js';
import { readCheckpoint } from '../merkle/checkpoint.js';
import { ANSWER_MS, awsClientOptions, inTime } from './aws-client.js';
import { placeOfLog } from './place-of-log.js';
import { WitnessStore, WitnessUnreadable } from './witness-store.js';

/** The note that is kept, with the entity tag that the bucket gives it. */
interface Kept {
  readonly note: string;
  readonly tag: string | undefined;
}

/**
 * A witness in a bucket, with one object for each log. The bucket compares the entity tag in the write itself
 * (`If-Match`, `If-None-Match`), so only one of several processes succeeds. S3 stores an object durably before
 * it answers, and every later read gets it. Another S3 server must do the same.
 */
export class S3WitnessStore extends WitnessStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #name: string;
  /** What was read or written last. */
  #kept: Kept | null = null;

  /**
   * @param prefix the folder of the witnesses in the bucket. Empty for the top.
   * @param origin the log's name.
   * @param answerMs how long an answer may take, in milliseconds.
   */
  constructor(
    config: S3Config,
    prefix: string,
    origin: string,
    private readonly answerMs = ANSWER_MS,
  ) {
    super();
    this.#client = new S3Client({ ...awsClientOptions(config), forcePathStyle: config.forcePathStyle });
    this.#bucket = config.bucket;
    this.#name = [prefix, placeOfLog(origin)].filter((part) => part !== '').join('/');
  }

  override async fetch(): Promise<string | null> {
    this.#kept = await this.#read();
    return this.#kept?.note ?? null;
  }

  override create(first: string): Promise<boolean> {
    return this.#put(first, { IfNoneMatch: '*' });
  }

  override async replace(read: string, next: string): Promise<boolean> {
    if (this.#kept?.note !== read) await this.fetch();
    if (this.#kept?.note !== read) return false;
    return this.#put(next, { IfMatch: this.#kept.tag });
  }

  async #read(): Promise<Kept | null> {
    let note: string;
    let tag: string | undefined;
    try {
      const target = { Bucket: this.#bucket, Key: this.#name };
      const { Body, ETag } = await this.#client.send(new GetObjectCommand(target), inTime(this.answerMs));
      [note, tag] = [(await Body?.transformToString()) ?? '', ETag];
    } catch (error) {
      if (isRefusal(error, 'NoSuchKey')) return null;
      throw error;
    }
    // The signature was checked when the note was stored, perhaps with a key that was replaced since.
    if (readCheckpoint(note) === null) throw new WitnessUnreadable(`s3://${this.#bucket}/${this.#name}`);
    return { note, tag };
  }

  async #put(note: string, condition: Partial<PutObjectCommandInput>): Promise<boolean> {
    const target = { Bucket: this.#bucket, Key: this.#name };
    try {
      const command = new PutObjectCommand({
        ...target,
        ...condition,
        Body: note,
        ContentType: 'text/plain',
      });
      const { ETag } = await this.#client.send(command, inTime(this.answerMs));
      this.#kept = { note, tag: ETag };
      return true;
    } catch (error) {
      // Another write came first, came at the same time, or removed the object.
      if (isRefusal(error, 'PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey')) return false;
      throw error;
    }
  }
}

function isRefusal(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof S3ServiceException && names.includes(error.name);
}
