/** The roles of users. */
export const ROLES = ['user', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The roles that can be granted and revoked. Everybody has `user`. */
export const GRANTABLE_ROLES = ['auditor', 'admin'] as const satisfies readonly Role[];
export type GrantableRole = (typeof GRANTABLE_ROLES)[number];
