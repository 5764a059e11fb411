import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditRecord } from './audit-record.entity.js';
import { AuditTrail } from './audit-trail.js';
import { AuditWriter } from './audit-writer.js';
import { AuditController } from './audit.controller.js';
import { AuditListener } from './audit.listener.js';
import { AuditExport } from './export/audit-export.js';
import { ExportController } from './export/export.controller.js';
import { AuditLogEntry } from './log/audit-log-entry.entity.js';
import { AuditPrivate } from './log/audit-private.entity.js';
import { AuditState } from './log/audit-state.entity.js';
import { AuditSubject } from './log/audit-subject.entity.js';
import { AuditTile } from './log/audit-tile.entity.js';
import { Erasure } from './log/erasure.js';
import { LogProofs } from './log/log-proofs.js';
import { LogSigner } from './log/log-signer.js';
import { LogController } from './log/log.controller.js';
import { Retention } from './log/retention.js';
import { Sequencer } from './log/sequencer.js';
import { Witness } from './log/witness.js';
import { LogSearch } from './log-search.js';
import { ReadingRights } from './reading-rights.js';
import { SystemJournal } from './system-journal.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([AuditRecord, AuditLogEntry, AuditPrivate, AuditSubject, AuditTile, AuditState]),
  ],
  controllers: [AuditController, LogController, ExportController],
  providers: [
    AuditListener,
    AuditWriter,
    AuditTrail,
    AuditExport,
    LogSearch,
    ReadingRights,
    SystemJournal,
    Sequencer,
    LogSigner,
    LogProofs,
    Witness,
    Erasure,
    Retention,
  ],
  exports: [SystemJournal, AuditWriter],
})
export class AuditModule {}
