import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many mails of one kind an address has got within an hour. The address itself is not stored. */
@Entity('mail_budgets')
export class MailBudgetRow {
  /** The kind, and a keyed hash of the address. */
  @PrimaryColumn('varchar', { name: 'budget_key' })
  key: string;

  @Column('integer')
  mails: number;

  @Column('varchar', { name: 'window_ends' })
  windowEnds: string;
}
