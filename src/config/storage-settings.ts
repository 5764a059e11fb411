import type { S3Config } from './app-config.js';
import type { EnvironmentValues } from './environment-schema.js';
import type { Environment } from './secret-sources.js';

/** Faults in the combination of the storage variables. A fault of a single variable is reported elsewhere. */
export function storageFaults({
  STORAGE_DRIVER = 'local',
  DOWNLOAD_OFFLOAD = 'none',
  ENCRYPTION_KEY,
  S3_BUCKET,
}: Environment): string[] {
  const faults: string[] = [];
  if (STORAGE_DRIVER === 's3' && S3_BUCKET === undefined) {
    faults.push('S3_BUCKET is required when STORAGE_DRIVER=s3');
  }
  const driver = new Map([
    ['x-accel', 'local'],
    ['presigned', 's3'],
  ]).get(DOWNLOAD_OFFLOAD);
  if (driver !== undefined && driver !== STORAGE_DRIVER) {
    faults.push(`DOWNLOAD_OFFLOAD=${DOWNLOAD_OFFLOAD} needs STORAGE_DRIVER=${driver}`);
  }
  if (driver !== undefined && ENCRYPTION_KEY !== undefined) {
    faults.push(
      `DOWNLOAD_OFFLOAD=${DOWNLOAD_OFFLOAD} cannot be used with ENCRYPTION_KEY: only the service can decrypt`,
    );
  }
  return faults;
}

/** The bucket of the files. Null when they are on the local disk. */
export function s3Config(values: EnvironmentValues): S3Config | null {
  if (values.STORAGE_DRIVER !== 's3') return null;
  return {
    bucket: values.S3_BUCKET!,
    region: values.S3_REGION,
    endpoint: values.S3_ENDPOINT,
    forcePathStyle: values.S3_FORCE_PATH_STYLE,
  };
}
