import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BlobLedger } from './contents/blob-ledger.js';
import { BlobSweep } from './contents/blob-sweep.js';
import { BlobWriter } from './contents/blob-writer.js';
import { ContentHistory } from './contents/content-history.js';
import { Deletions } from './trash/deletions.js';
import { DeletionsController } from './trash/deletions.controller.js';
import { Downloads } from './downloads/downloads.js';
import { DownloadsController } from './downloads/downloads.controller.js';
import { FileDownloads } from './downloads/file-downloads.js';
import { FileLookup } from './catalogue/file-lookup.js';
import { FilesController } from './catalogue/files.controller.js';
import { DepartingFiles } from './contents/departing-files.js';
import { FileChanges } from './contents/file-changes.js';
import { FileRemoval } from './contents/file-removal.js';
import { FileVersion } from './contents/file-version.entity.js';
import { FreeSpace } from './contents/free-space.js';
import { FilesService } from './catalogue/files.service.js';
import { IdempotencyKey } from './uploads/idempotency-key.entity.js';
import { Idempotency } from './uploads/idempotency.js';
import { KeptContents } from './contents/kept-contents.js';
import { NewContents } from './contents/new-contents.js';
import { NewFiles } from './contents/new-files.js';
import { PendingBlob } from './contents/pending-blob.entity.js';
import { Quota } from './quota/quota.js';
import { UsageGauge } from './quota/usage-gauge.js';
import { UsageLookup } from './quota/usage-lookup.js';
import { UserQuotas } from './quota/user-quotas.js';
import { UserQuotasController } from './quota/user-quotas.controller.js';
import { StorageUsage } from './quota/storage-usage.entity.js';
import { StorageModule } from './storage.module.js';
import { UsersModule } from '../users/users.module.js';
import { StoredFile } from './contents/stored-file.entity.js';
import { MultipartUploads } from './uploads/multipart/multipart-uploads.js';
import { ReplacementsController } from './uploads/multipart/replacements.controller.js';
import { ReplacementsService } from './uploads/multipart/replacements.service.js';
import { TrashController } from './trash/trash.controller.js';
import { TrashMoves } from './trash/trash-moves.js';
import { TrashPurge } from './trash/trash-purge.js';
import { TrashRemoval } from './trash/trash-removal.js';
import { TrashService } from './trash/trash.service.js';
import { TrashedFiles } from './trash/trashed-files.js';
import { ResumableUpload } from './uploads/resumable/resumable-upload.entity.js';
import { ResumableUploadsController } from './uploads/resumable/resumable-uploads.controller.js';
import { UnfinishedBlobs } from './contents/unfinished-blobs.js';
import { DepartingUploads } from './uploads/resumable/departing-uploads.js';
import { EmptyFiles } from './uploads/resumable/empty-files.js';
import { GrowingUploads } from './uploads/resumable/growing-uploads.js';
import { NewUploads } from './uploads/resumable/new-uploads.js';
import { ResumableUploadsService } from './uploads/resumable/resumable-uploads.service.js';
import { SealedBytes } from './uploads/resumable/sealed-bytes.js';
import { UploadCompletion } from './uploads/resumable/upload-completion.js';
import { UploadCreation } from './uploads/resumable/upload-creation.js';
import { UploadExpiry } from './uploads/resumable/upload-expiry.js';
import { UploadLeases } from './uploads/resumable/upload-leases.js';
import { UploadLookup } from './uploads/resumable/upload-lookup.js';
import { UploadRecords } from './uploads/resumable/upload-records.js';
import { UploadRequests } from './uploads/resumable/upload-requests.js';
import { UploadTermination } from './uploads/resumable/upload-termination.js';
import { UploadsController } from './uploads/multipart/uploads.controller.js';
import { UploadsService } from './uploads/multipart/uploads.service.js';
import { VersionsController } from './versions/versions.controller.js';
import { VersionsService } from './versions/versions.service.js';

@Module({
  imports: [
    UsersModule,
    StorageModule,
    TypeOrmModule.forFeature([
      StoredFile,
      FileVersion,
      StorageUsage,
      PendingBlob,
      IdempotencyKey,
      ResumableUpload,
    ]),
  ],
  controllers: [
    UploadsController,
    ReplacementsController,
    FilesController,
    DownloadsController,
    DeletionsController,
    TrashController,
    VersionsController,
    UserQuotasController,
    ResumableUploadsController,
  ],
  providers: [
    FilesService,
    MultipartUploads,
    UploadsService,
    ReplacementsService,
    Downloads,
    FileDownloads,
    VersionsService,
    FileLookup,
    BlobLedger,
    BlobSweep,
    BlobWriter,
    NewFiles,
    NewContents,
    ContentHistory,
    FileChanges,
    KeptContents,
    FreeSpace,
    FileRemoval,
    DepartingFiles,
    Quota,
    UsageLookup,
    UsageGauge,
    UserQuotas,
    Idempotency,
    Deletions,
    TrashedFiles,
    TrashMoves,
    TrashPurge,
    TrashRemoval,
    TrashService,
    UnfinishedBlobs,
    DepartingUploads,
    EmptyFiles,
    GrowingUploads,
    NewUploads,
    ResumableUploadsService,
    SealedBytes,
    UploadCompletion,
    UploadCreation,
    UploadExpiry,
    UploadLeases,
    UploadLookup,
    UploadRecords,
    UploadRequests,
    UploadTermination,
  ],
  exports: [MultipartUploads, UploadRequests, FileLookup, KeptContents, Downloads],
})
export class FilesModule {}
