/** The noun of each controller whose own name is another one. */
const NOUNS: Readonly<Record<string, string>> = {
  Account: 'account',
  Admin: 'users',
  Confirmation: 'sessions',
  Deletions: 'files',
  Downloads: 'files',
  Email: 'account',
  Export: 'audit',
  FileShares: 'shares',
  Health: 'service',
  Metrics: 'service',
  Passkeys: 'factors',
  PasskeySignIn: 'account',
  Proofs: 'audit',
  Recovery: 'account',
  Replacements: 'files',
  ResumableUploads: 'uploads',
  ServiceInfo: 'service',
  Trail: 'audit',
  Uploads: 'files',
  UserQuotas: 'users',
  Users: 'account',
};

/** The verb of each method whose own name does not say enough beside that noun. */
const VERBS: Readonly<Record<string, string>> = {
  'Admin.grant': 'grantRole',
  'Admin.revoke': 'revokeRole',
  'Confirmation.options': 'confirmationOptions',
  'Email.confirm': 'confirmEmail',
  'Email.requestChange': 'changeEmail',
  'Email.requestVerification': 'requestEmailVerification',
  'Factors.renewCodes': 'renewRecoveryCodes',
  'FileShares.list': 'listOfFile',
  'Passkeys.add': 'addPasskey',
  'Passkeys.options': 'passkeyOptions',
  'PasskeySignIn.options': 'passkeyOptions',
  'PasskeySignIn.signIn': 'signInWithPasskey',
  'Proofs.consistency': 'proveConsistency',
  'Proofs.inclusion': 'proveInclusion',
  'Recovery.confirm': 'resetPassword',
  'Recovery.request': 'requestPasswordReset',
  'ServiceInfo.read': 'describe',
  'UserQuotas.set': 'setQuota',
  'Users.me': 'get',
};

/**
 * The id of an operation. Generated clients name their methods after it: `files_list` becomes `files.list`. So an id
 * stays when a controller gets another name.
 */
export function operationIdOf(controller: string, method: string): string {
  const name = controller.replace(/Controller$/, '');
  return `${NOUNS[name] ?? name.toLowerCase()}_${VERBS[`${name}.${method}`] ?? method}`;
}
