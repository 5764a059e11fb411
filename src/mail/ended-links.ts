import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import type { DomainEventOf } from '../events/domain-event.js';
import { MailedTokens } from './mailed-tokens.js';

/** What shuts others out of an account. */
type ShutOut = DomainEventOf<'user.password_changed' | 'user.password_reset' | 'user.disabled'>;

/** Links that take an account over. */
const TAKING_OVER = ['password_reset', 'email_change'] as const;

/**
 * Ends the links that take an account over when its owner, or an admin, shuts others out: such a link may be a thief's.
 * Each ends in the transaction of its cause.
 */
@Injectable()
export class EndedLinks {
  constructor(private readonly tokens: MailedTokens) {}

  @OnEvent('user.password_changed', { suppressErrors: false })
  @OnEvent('user.password_reset', { suppressErrors: false })
  @OnEvent('user.disabled', { suppressErrors: false })
  async othersShutOut({ userId }: ShutOut, tx: EntityManager): Promise<void> {
    await this.tokens.end(tx, userId, TAKING_OVER);
  }

  /** A session that had to make room for a new one tells nothing about a thief. */
  @OnEvent('session.ended', { suppressErrors: false })
  async sessionEnded({ userId, reason }: DomainEventOf<'session.ended'>, tx: EntityManager): Promise<void> {
    if (reason === undefined) await this.tokens.end(tx, userId, TAKING_OVER);
  }
}
