import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { type EntityManager, IsNull } from 'typeorm';
import { now } from '../../common/time.js';
import type { DomainEventOf } from '../../events/domain-event.js';
import type { EventActor } from '../../events/event-actor.js';
import type { Facts } from '../../mail/letters/letter.js';
import type { LetterName } from '../../mail/letters/letters.js';
import { Outbox } from '../../mail/outbox.js';
import { User } from '../../users/user.entity.js';

const UNKNOWN = 'unknown';

/**
 * Mails to users about what happens to their account. Each is written in the transaction of its cause. Words that the
 * account's holder chose (the names of keys and factors, and the device) go to verified addresses alone: to another one,
 * a stranger could send any text with them.
 */
@Injectable()
export class Notices {
  constructor(private readonly outbox: Outbox) {}

  @OnEvent('user.signed_in', { suppressErrors: false })
  async signedIn(event: DomainEventOf<'user.signed_in'>, tx: EntityManager): Promise<void> {
    if (event.newDevice) await this.#post(tx, event, 'new_device');
  }

  @OnEvent('user.password_changed', { suppressErrors: false })
  @OnEvent('user.password_reset', { suppressErrors: false })
  async passwordChanged(
    event: DomainEventOf<'user.password_changed' | 'user.password_reset'>,
    tx: EntityManager,
  ): Promise<void> {
    await this.#post(tx, event, 'password_changed');
  }

  /** To the earlier address: a thief would have the new one. */
  @OnEvent('user.email_changed', { suppressErrors: false })
  async emailChanged(event: DomainEventOf<'user.email_changed'>, tx: EntityManager): Promise<void> {
    await this.#post(tx, event, 'email_changed', {}, event.previous);
  }

  @OnEvent('key.created', { suppressErrors: false })
  async keyMade(event: DomainEventOf<'key.created'>, tx: EntityManager): Promise<void> {
    await this.#post(tx, event, 'new_key', { name: event.name, scopes: event.scopes.join(', ') });
  }

  @OnEvent('factor.added', { suppressErrors: false })
  async factorAdded(event: DomainEventOf<'factor.added'>, tx: EntityManager): Promise<void> {
    await this.#post(tx, event, 'factor_changed', { change: 'added', name: event.name });
  }

  @OnEvent('factor.removed', { suppressErrors: false })
  async factorRemoved(event: DomainEventOf<'factor.removed'>, tx: EntityManager): Promise<void> {
    await this.#post(tx, event, 'factor_changed', { change: 'removed', name: event.name });
  }

  async #post(
    tx: EntityManager,
    { userId, actor }: { readonly userId: string; readonly actor: EventActor },
    letter: LetterName,
    { name, ...facts }: Facts = {},
    to?: string,
  ): Promise<void> {
    if (!this.outbox.available) return;
    const user = await tx.findOneBy(User, { id: userId, departedAt: IsNull() });
    const email = to ?? user?.email;
    if (email === undefined) return;
    const { device, ...about } = factsOf(actor);
    const isVerified = to === undefined && user !== null && user.emailVerifiedAt !== null;
    const words = isVerified ? { device, ...(name === undefined ? {} : { name }) } : {};
    await this.outbox.post(tx, {
      letter,
      kind: 'notice',
      email,
      userId,
      facts: { ...about, ...facts, ...words },
    });
  }
}

function factsOf(actor: EventActor) {
  const request = 'request' in actor ? actor.request : null;
  return {
    time: `${now().slice(0, 16).replace('T', ' ')} UTC`,
    address: request?.ip ?? UNKNOWN,
    device: request?.userAgent ?? UNKNOWN,
  };
}
