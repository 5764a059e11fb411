import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LetterName } from './letters/letters.js';
import type { Facts } from './letters/letter.js';

/** A mail that waits to be sent. The row goes when the mail was sent, or cannot be sent. */
@Entity('mails')
export class Mail {
  @PrimaryColumn('varchar')
  id: string;

  /** Whose mail it is. Null when the address is not known: such a mail is never sent. */
  @Column('varchar', { name: 'user_id', nullable: true })
  userId: string | null;

  @Column('varchar', { nullable: true })
  recipient: string | null;

  @Column('varchar')
  letter: LetterName;

  /** What the letter tells. It holds no secret: the token of a link is made when the mail is sent. */
  @Column('simple-json')
  facts: Facts;

  /** How often the mail was taken to be sent. */
  @Column('integer')
  attempts: number;

  /** Not before this time. A process that takes the mail sets it ahead, so that no other takes it meanwhile. */
  @Column('varchar', { name: 'due_at' })
  dueAt: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;
}
