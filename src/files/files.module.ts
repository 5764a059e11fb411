import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BlobLedger } from './blob-ledger.js';
import { BlobWriter } from './blob-writer.js';
import { Downloads } from './downloads.js';
import { FileLookup } from './file-lookup.js';
import { FilesController } from './files.controller.js';
import { FreeSpace } from './free-space.js';
import { FilesService } from './files.service.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { Idempotency } from './idempotency.js';
import { PendingBlob } from './pending-blob.entity.js';
import { StorageModule } from './storage/storage.module.js';
import { StoredFile } from './stored-file.entity.js';
import { UploadsService } from './uploads.service.js';

@Module({
  imports: [StorageModule, TypeOrmModule.forFeature([StoredFile, PendingBlob, IdempotencyKey])],
  controllers: [FilesController],
  providers: [
    FilesService,
    UploadsService,
    Downloads,
    FileLookup,
    BlobLedger,
    BlobWriter,
    FreeSpace,
    Idempotency,
  ],
  exports: [UploadsService],
})
export class FilesModule {}
