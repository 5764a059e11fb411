import { describe, expect, it } from '@jest/globals';
import type { AppConfig, S3Config } from '../../config/app-config.js';
import { downloadSources } from './download-sources.js';

const PLAIN: S3Config = { bucket: 'b', region: 'eu-west-1', endpoint: undefined, forcePathStyle: false };

function targets(offload: AppConfig['files']['offload'], s3: S3Config | null): string[] {
  return downloadSources({ files: { offload }, storage: { s3 } } as AppConfig);
}

describe('downloadSources', () => {
  it.each([
    [PLAIN, ['https://s3.eu-west-1.amazonaws.com', 'https://b.s3.eu-west-1.amazonaws.com']],
    [
      { ...PLAIN, region: 'cn-north-1' },
      ['https://s3.cn-north-1.amazonaws.com.cn', 'https://b.s3.cn-north-1.amazonaws.com.cn'],
    ],
    [{ ...PLAIN, endpoint: 'http://minio:9000/x', forcePathStyle: true }, ['http://minio:9000']],
    [{ ...PLAIN, endpoint: 'http://minio:9000' }, ['http://minio:9000', 'http://b.minio:9000']],
  ])('are those of the bucket that sends the bytes: %j', (s3, expected) => {
    expect(targets('presigned', s3)).toEqual(expected);
  });

  it('are none when the service or nginx sends them', () => {
    expect(targets('none', PLAIN)).toEqual([]);
    expect(targets('x-accel', null)).toEqual([]);
  });
});
