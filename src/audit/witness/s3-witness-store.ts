import type { Readable } from 'node:stream';
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

/** A note with its signature has far less. */
const MAX_NOTE_BYTES = 65_536;

/** The note that is kept, with the entity tag that the bucket gives it. */
interface Kept {
  readonly note: string;
  readonly tag: string;
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
    try {
      const target = { Bucket: this.#bucket, Key: this.#name };
      const { Body, ETag } = await this.#client.send(new GetObjectCommand(target), inTime(this.answerMs));
      const note = await noteIn(Body as Readable);
      // The signature was checked when the note was stored, perhaps with a key that was replaced since.
      if (note === null || readCheckpoint(note) === null)
        throw new WitnessUnreadable(`s3://${this.#bucket}/${this.#name}`);
      return { note, tag: required(ETag) };
    } catch (error) {
      if (isRefusal(error, 'NoSuchKey')) return null;
      throw error;
    }
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
      this.#kept = ETag === undefined ? null : { note, tag: ETag };
      return true;
    } catch (error) {
      // Another write came first, came at the same time, or removed the object.
      if (isRefusal(error, 'PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey')) return false;
      throw error;
    }
  }
}

/** The text of an object. Null when it is too long. */
async function noteIn(body: Readable): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_NOTE_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** Without an entity tag there is no condition, and a write would replace whatever is there. */
function required(tag: string | undefined): string {
  if (tag === undefined) throw new Error('the bucket gives no entity tag');
  return tag;
}

function isRefusal(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof S3ServiceException && names.includes(error.name);
}
