import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { inTime } from './s3-requests.js';

/** Where the next page of a list of uploads begins. */
interface PageMarkers {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

/**
 * Removes the parts of interrupted uploads of some objects. They are not objects, and cost money until they are
 * removed.
 */
export async function abortParts(client: S3Client, Bucket: string, Prefix: string, objects: ReadonlySet<string>): Promise<void> {
  for (let page: PageMarkers | null = {}; page !== null;) {
    const command = new ListMultipartUploadsCommand({ Bucket, Prefix, ...page });
    const listed: ListMultipartUploadsCommandOutput = await inTime((abortSignal) => client.send(command, { abortSignal }));
    for (const { UploadId, Key = '' } of listed.Uploads ?? []) {
      if (!objects.has(Key)) continue;
      const target = { Bucket, Key, UploadId };
      await inTime((abortSignal) =>
        client.send(new AbortMultipartUploadCommand(target), { abortSignal }),
      );
    }
    const { IsTruncated, NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = listed;
    page = IsTruncated === true ? { KeyMarker, UploadIdMarker } : null;
  }
}
