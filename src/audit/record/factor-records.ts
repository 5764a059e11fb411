import type { FactorEvents } from '../../events/factor-events.js';
import { type About, aboutUser, codes, OTHER, type RecordTable } from './record-table.js';

const ACCOUNT_CHANGE = 3001;
const AUTHENTICATION = 3002;

const aboutFactor = ({
  userId,
  factorId,
}: {
  readonly userId: string;
  readonly factorId: string;
}): About => ({
  subject: userId,
  resource: `factor:${factorId}`,
});

export const FACTOR_RECORDS = {
  'factor.added': {
    action: 'FACTOR_ADD',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, 10], ['iam', 'change']),
    about: aboutFactor,
    metadata: ({ kind }) => ({ type: kind }),
    personal: ({ name }) => ({ name }),
  },
  'factor.removed': {
    action: 'FACTOR_REMOVE',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, 11], ['iam', 'change']),
    about: aboutFactor,
    metadata: ({ kind }) => ({ type: kind }),
    personal: ({ name }) => ({ name }),
  },
  'factor.copy_suspected': {
    action: 'FACTOR_COPY_SUSPECTED',
    outcome: 'denied',
    codes: codes('critical', [AUTHENTICATION, OTHER], ['authentication', 'info']),
    about: aboutFactor,
  },
  'factor.codes_renewed': {
    action: 'RECOVERY_CODES_RENEW',
    outcome: 'success',
    codes: codes('notice', [ACCOUNT_CHANGE, OTHER], ['iam', 'change']),
    about: aboutUser,
  },
} as const satisfies RecordTable<FactorEvents>;
