import type { AppConfig, S3Config } from '../../config/app-config.js';

/**
 * Where a download leads besides this service, as sources of a content security policy: browsers apply `form-action` to the
 * redirects of a form, too. Empty unless the bucket sends the bytes.
 */
export function downloadSources({ files, storage }: AppConfig): string[] {
  return files.offload === 'presigned' && storage.s3 !== null ? bucketSources(storage.s3) : [];
}

function bucketSources({ bucket, endpoint, region, forcePathStyle }: S3Config): string[] {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const { protocol, host, origin } = new URL(endpoint ?? `https://s3.${region}.${domain}`);
  // Buckets with a dot in their name have no host of their own.
  return forcePathStyle ? [origin] : [origin, `${protocol}//${bucket}.${host}`];
}
