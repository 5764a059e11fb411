import { accessRefusals } from './access-refusals.js';
import { auditRefusals } from './audit-refusals.js';
import { fileRefusals } from './file-refusals.js';
import { invitationRefusals } from './invitation-refusals.js';
import { keyRefusals } from './key-refusals.js';
import { requestRefusals } from './request-refusals.js';
import { resumableRefusals } from './resumable-refusals.js';
import { serverRefusals } from './server-refusals.js';
import { sessionRefusals } from './session-refusals.js';
import { shareRefusals } from './share-refusals.js';
import { uploadRefusals } from './upload-refusals.js';
import { userRefusals } from './user-refusals.js';

/**
 * Every refusal of the service: `throw errors.fileNotFound()`. To add one, add an entry to the file of its noun.
 * Clients may rely on the codes: a code is never renamed.
 */
export const errors = {
  ...requestRefusals,
  ...accessRefusals,
  ...sessionRefusals,
  ...keyRefusals,
  ...userRefusals,
  ...invitationRefusals,
  ...fileRefusals,
  ...uploadRefusals,
  ...shareRefusals,
  ...resumableRefusals,
  ...auditRefusals,
  ...serverRefusals,
};

type Entry = (typeof errors)[keyof typeof errors];

/** The `code` of a problem. */
export type ErrorCode = Entry['code'];

/** Status and title of each code, for the API document. */
export const CATALOGUE = Object.fromEntries(
  Object.values(errors).map(({ code, status, title }) => [code, { status, title }]),
) as Readonly<Record<ErrorCode, { readonly status: number; readonly title: string }>>;
