import type { SystemEvents } from '../../events/system-events.js';
import { type About, codes, type RecordTable } from './record-table.js';

const APPLICATION_LIFECYCLE = 6002;

const aboutInstance = ({ instance }: { readonly instance: string }): About => ({
  subject: null,
  resource: `instance:${instance}`,
});

export const SYSTEM_RECORDS = {
  'system.started': {
    action: 'SYSTEM_START',
    outcome: 'success',
    codes: codes('notice', [APPLICATION_LIFECYCLE, 3], ['process', 'start']),
    about: aboutInstance,
    metadata: ({ lastStopClean }) => ({ last_stop_clean: lastStopClean }),
  },
  'system.stopped': {
    action: 'SYSTEM_STOP',
    outcome: 'success',
    codes: codes('notice', [APPLICATION_LIFECYCLE, 4], ['process', 'end']),
    about: aboutInstance,
  },
} as const satisfies RecordTable<SystemEvents>;
