import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { RecoveryCode } from './recovery-code.entity.js';

const CODES = 10;
const CODE_BYTES = 10;
/** Base32 (RFC 4648, section 6) without padding: no letter looks like a digit of it. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const GROUP = 4;

/** The recovery codes of users: ten at a time, each good once. Only hashes are stored. */
@Injectable()
export class RecoveryCodes {
  constructor(@InjectRepository(RecoveryCode) private readonly codes: Repository<RecoveryCode>) {}

  /** A new set. The earlier one ends. @returns the codes in plain, to be shown once. */
  async renew(tx: EntityManager, userId: string): Promise<string[]> {
    await this.end(tx, userId);
    const codes = Array.from({ length: CODES }, newCode);
    await tx.insert(
      RecoveryCode,
      codes.map((code) => ({ userId, codeHash: hashOf(code).toString('hex') })),
    );
    return codes;
  }

  async end(tx: EntityManager, userId: string): Promise<void> {
    await tx.delete(RecoveryCode, { userId });
  }

  /** How many a user has left. */
  left(userId: string): Promise<number> {
    return this.codes.countBy({ userId });
  }

  /** Uses a code up. Upper and lower case, spaces and hyphens make no difference. @returns false when it is wrong. */
  async use(tx: EntityManager, userId: string, code: string): Promise<boolean> {
    const given = hashOf(code);
    const kept = await tx.findBy(RecoveryCode, { userId });
    // Compares with every code, in the same time whether one of them is right or not.
    const matching = kept.filter(({ codeHash }) => timingSafeEqual(Buffer.from(codeHash, 'hex'), given));
    if (matching[0] === undefined) return false;
    const { affected } = await tx.delete(RecoveryCode, { userId, codeHash: matching[0].codeHash });
    return affected === 1;
  }
}

/** 80 random bits, in four groups of four characters. */
function newCode(): string {
  let bits = BigInt(`0x${randomBytes(CODE_BYTES).toString('hex')}`);
  let text = '';
  for (let left = (CODE_BYTES * 8) / 5; left > 0; left--) {
    text = ALPHABET[Number(bits & 31n)]! + text;
    bits >>= 5n;
  }
  return text.match(new RegExp(`.{${GROUP}}`, 'g'))!.join('-');
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code.toUpperCase().replaceAll(/[\s-]/g, '')).digest();
}
