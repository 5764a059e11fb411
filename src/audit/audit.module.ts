import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditRecord } from './audit-record.entity.js';
import { AuditTrail } from './audit-trail.js';
import { AuditWriter } from './audit-writer.js';
import { AuditController } from './audit.controller.js';
import { AuditListener } from './audit.listener.js';
import { SystemJournal } from './system-journal.js';

@Module({
  imports: [TypeOrmModule.forFeature([AuditRecord])],
  controllers: [AuditController],
  providers: [AuditListener, AuditWriter, AuditTrail, SystemJournal],
  exports: [SystemJournal, AuditWriter],
})
export class AuditModule {}
