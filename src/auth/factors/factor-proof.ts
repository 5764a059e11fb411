import type { PasskeyAnswer } from './passkeys/passkey-check.js';

/** What a user shows as their second factor. */
export type FactorProof =
  | { readonly type: 'code'; readonly code: string }
  | { readonly type: 'recovery_code'; readonly code: string }
  | ({ readonly type: 'passkey' } & PasskeyAnswer);

/** How users with this proof signed in, beside the password if they gave it (RFC 8176). */
export function methodsOf({ type }: FactorProof): readonly string[] {
  switch (type) {
    case 'code':
      return ['otp', 'mfa'];
    case 'recovery_code':
      return ['mfa'];
    case 'passkey':
      return ['hwk', 'mfa'];
  }
}

/** What is recorded when the proof is wrong. */
export function faultOf({ type }: FactorProof): 'wrong_code' | 'wrong_passkey' {
  return type === 'passkey' ? 'wrong_passkey' : 'wrong_code';
}
