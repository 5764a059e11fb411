import type { AppConfig } from '../../config/app-config.js';
import { DynamoDbWitnessStore } from './dynamodb-witness-store.js';
import { FileWitnessStore } from './file-witness-store.js';
import { S3WitnessStore } from './s3-witness-store.js';
import type { WitnessStore } from './witness-store.js';

/** The witness of the configured log, at the configured place. */
export function configuredWitnessStore(config: AppConfig): WitnessStore {
  const { witness, origin } = config.audit;
  switch (witness.kind) {
    case 'file':
      return FileWitnessStore.of(config);
    case 'dynamodb':
      return new DynamoDbWitnessStore(witness.endpoint, witness.table, origin);
    case 's3':
      return new S3WitnessStore(witness.s3, witness.prefix, origin);
  }
}
