import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { RegisterInput } from '../auth/sign-in/credentials.input.js';
import { PasswordHasher } from '../auth/passwords/password-hasher.js';
import type { Role } from '../common/access/roles.js';
import { errors } from '../common/refusals/errors.js';
import { fieldErrors } from '../common/refusals/field-errors.js';
import { Transactions } from '../database/transactions.js';
import { bySystem } from '../events/event-actor.js';
import { NewAccounts } from '../users/new-accounts.js';

/** Makes the accounts of users who did not register. */
@Injectable()
export class NewUsers {
  constructor(
    private readonly accounts: NewAccounts,
    private readonly hasher: PasswordHasher,
    private readonly transactions: Transactions,
  ) {}

  /** Makes an account, with the rules of the registration route. @throws `email_taken`, `validation_failed`. */
  async create(email: string, password: string, role: Role): Promise<void> {
    const input = plainToInstance(RegisterInput, { email, password });
    const faults = await validate(input);
    if (faults.length > 0) throw errors.validationFailed(fieldErrors(faults));
    const passwordHash = await this.hasher.hash(password, 'operator');
    const account = { email: input.email, passwordHash, role };
    await this.transactions.run((tx) => this.accounts.add(tx, account, () => bySystem));
  }
}
