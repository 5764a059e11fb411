import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { AuditRecord } from './audit-record.entity.js';
import { AuditTrail } from './audit-trail.js';
import { AuditWriter } from './audit-writer.js';
import { AuditController } from './audit.controller.js';
import { AuditListener } from './audit.listener.js';
import { AuditExport } from './export/audit-export.js';
import { Completeness } from './export/completeness.js';
import { EntryBatches } from './export/entry-batches.js';
import { ExportController } from './export/export.controller.js';
import { AuditLogEntry } from './log/audit-log-entry.entity.js';
import { AuditPrivate } from './log/audit-private.entity.js';
import { AuditState } from './log/audit-state.entity.js';
import { AuditSubject } from './log/audit-subject.entity.js';
import { AuditTile } from './log/audit-tile.entity.js';
import { Backlog } from './log/backlog.js';
import { BoundedWitnessStore } from './log/bounded-witness-store.js';
import { Erasure } from './log/erasure.js';
import { FileWitnessStore } from './log/file-witness-store.js';
import { LogAlarm } from './log/log-alarm.js';
import { LogProofs } from './log/log-proofs.js';
import { LogSigner } from './log/log-signer.js';
import { LogController } from './log/log.controller.js';
import { Retention } from './log/retention.js';
import { Sequencer } from './log/sequencer.js';
import { Witness } from './log/witness.js';
import { LogSearch } from './log-search.js';
import { WitnessStore } from './log/witness-store.js';
import { ReadingRights } from './reading-rights.js';
import { SystemJournal } from './system-journal.js';

/** How long the witness may take for an answer: those who ask for a newer checkpoint wait for it. */
const WITNESS_MS = 2000;

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
    Completeness,
    EntryBatches,
    LogSearch,
    ReadingRights,
    SystemJournal,
    Sequencer,
    Backlog,
    LogSigner,
    LogProofs,
    LogAlarm,
    Witness,
    {
      provide: WitnessStore,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => new BoundedWitnessStore(FileWitnessStore.of(config), WITNESS_MS),
    },
    Erasure,
    Retention,
  ],
  exports: [SystemJournal, AuditWriter],
})
export class AuditModule {}
