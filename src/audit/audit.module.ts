import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { AuditRecord } from './record/audit-record.entity.js';
import { AuditTrail } from './trail/audit-trail.js';
import { AuditWriter } from './intake/audit-writer.js';
import { TrailController } from './trail/trail.controller.js';
import { AuditListener } from './intake/audit.listener.js';
import { AuditExport } from './export/audit-export.js';
import { Completeness } from './export/completeness.js';
import { EntryBatches } from './export/entry-batches.js';
import { ExportController } from './export/export.controller.js';
import { AuditLogEntry } from './log/audit-log-entry.entity.js';
import { AuditPrivate } from './log/audit-private.entity.js';
import { AuditState } from './log/audit-state.entity.js';
import { AuditSubject } from './log/audit-subject.entity.js';
import { AuditTile } from './log/audit-tile.entity.js';
import { IntakeRows } from './record/intake-rows.js';
import { PrivateRows } from './log/private-rows.js';
import { AuditCosignature } from './cosignatures/audit-cosignature.entity.js';
import { CosignatureCollector } from './cosignatures/cosignature-collector.js';
import { CosignatureStore } from './cosignatures/cosignature-store.js';
import { Cosignatures } from './cosignatures/cosignatures.js';
import { Backlog } from './intake/backlog.js';
import { BoundedWitnessStore } from './witness/bounded-witness-store.js';
import { Erasure } from './log/erasure.js';
import { HeldRecords } from './intake/held-records.js';
import { LogAppender } from './intake/log-appender.js';
import { ANSWER_MS } from './witness/aws-client.js';
import { configuredWitnessStore } from './witness/configured-witness-store.js';
import { LogAlarm } from './witness/log-alarm.js';
import { LogProofs } from './proofs/log-proofs.js';
import { LogSigner } from './log/log-signer.js';
import { ProofsController } from './proofs/proofs.controller.js';
import { Retention } from './log/retention.js';
import { Sequencer } from './intake/sequencer.js';
import { UsersModule } from '../users/users.module.js';
import { Witness } from './witness/witness.js';
import { LogSearch } from './trail/log-search.js';
import { WitnessOutage } from './witness/witness-outage.js';
import { WitnessStore } from './witness/witness-store.js';
import { ReadingRights } from './trail/reading-rights.js';
import { SystemJournal } from './intake/system-journal.js';

@Module({
  imports: [
    UsersModule,
    TypeOrmModule.forFeature([
      AuditRecord,
      AuditLogEntry,
      AuditPrivate,
      AuditSubject,
      AuditTile,
      AuditState,
      AuditCosignature,
    ]),
  ],
  controllers: [TrailController, ProofsController, ExportController],
  providers: [
    IntakeRows,
    PrivateRows,
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
    LogAppender,
    HeldRecords,
    Backlog,
    LogSigner,
    LogProofs,
    LogAlarm,
    WitnessOutage,
    Witness,
    CosignatureStore,
    Cosignatures,
    CosignatureCollector,
    {
      provide: WitnessStore,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => new BoundedWitnessStore(configuredWitnessStore(config), ANSWER_MS),
    },
    Erasure,
    Retention,
  ],
  exports: [SystemJournal, AuditWriter],
})
export class AuditModule {}
