import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BlobLedger } from './contents/blob-ledger.js';
import { BlobWriter } from './contents/blob-writer.js';
import { Downloads } from './downloads/downloads.js';
import { DownloadsController } from './downloads/downloads.controller.js';
import { FileLookup } from './catalogue/file-lookup.js';
import { FilesController } from './catalogue/files.controller.js';
import { FreeSpace } from './contents/free-space.js';
import { FilesService } from './catalogue/files.service.js';
import { IdempotencyKey } from './uploads/idempotency-key.entity.js';
import { Idempotency } from './uploads/idempotency.js';
import { NewFiles } from './contents/new-files.js';
import { PendingBlob } from './contents/pending-blob.entity.js';
import { StorageModule } from './storage/storage.module.js';
import { StoredFile } from './contents/stored-file.entity.js';
import { UploadsController } from './uploads/multipart/uploads.controller.js';
import { UploadsService } from './uploads/multipart/uploads.service.js';

@Module({
  imports: [StorageModule, TypeOrmModule.forFeature([StoredFile, PendingBlob, IdempotencyKey])],
  controllers: [UploadsController, FilesController, DownloadsController],
  providers: [
    FilesService,
    UploadsService,
    Downloads,
    FileLookup,
    BlobLedger,
    BlobWriter,
    NewFiles,
    FreeSpace,
    Idempotency,
  ],
  exports: [UploadsService],
})
export class FilesModule {}
