import type { WitnessConfig } from './app-config.js';
import { COMMON_ORIGIN, type EnvironmentValues } from './environment-schema.js';
import { parseWitness } from './witness-place.js';

/** Where the witness is. Its region and endpoints are those that AWS's own tools take. */
export function witnessConfig(values: EnvironmentValues): WitnessConfig {
  const place = parseWitness(values.WITNESS)!;
  const region = values.AWS_REGION ?? values.S3_REGION;
  switch (place.kind) {
    case 'file':
      return place;
    case 'dynamodb':
      return { ...place, endpoint: { region, endpoint: values.AWS_ENDPOINT_URL_DYNAMODB } };
    case 's3': {
      const forcePathStyle = values.S3_FORCE_PATH_STYLE;
      const s3 = { bucket: place.bucket, region, endpoint: values.AWS_ENDPOINT_URL_S3, forcePathStyle };
      return { kind: 's3', s3, prefix: place.prefix };
    }
  }
}

/** Outside, a log is known by its name alone. Two logs of one name would be taken for one that has forked. */
export function originWarnings({ AUDIT_ORIGIN, AUDIT_WITNESSES, WITNESS }: EnvironmentValues): string[] {
  const isOutside = AUDIT_WITNESSES !== undefined || WITNESS !== 'file';
  if (!isOutside || AUDIT_ORIGIN !== COMMON_ORIGIN) return [];
  return [
    `AUDIT_ORIGIN is ${COMMON_ORIGIN}, as in every installation that sets none: to a witness outside, all of them are one log`,
  ];
}
