import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LetterName } from './letters/letters.js';

/** A mail that waits to be sent. The row goes when the mail was sent, or cannot be sent. */
@Entity('mails')
export class Mail {
  @PrimaryColumn('varchar')
  id: string;

  /** Whose mail it is. Null when the address is not known: such a mail is never sent. */
  @Column('varchar', { name: 'user_id', nullable: true })
  userId: string | null;

  /** Null when the mail is never sent, and when it stands in the sealed `facts`. */
  @Column('varchar', { nullable: true })
  recipient: string | null;

  @Column('varchar')
  letter: LetterName;

  /**
   * What the letter tells, as JSON, or sealed together with the recipient: `MailContents` reads and writes both. It holds no
   * secret: the token of a link is made when the mail is sent.
   */
  @Column('text')
  facts: string;

  /** How often the mail was taken to be sent. */
  @Column('integer')
  attempts: number;

  /** Not before this time. A process that takes the mail sets it ahead, so that no other takes it meanwhile. */
  @Column('varchar', { name: 'due_at' })
  dueAt: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;
}
