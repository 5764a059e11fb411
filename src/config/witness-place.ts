/** The place of a witness as `WITNESS` names it. */
export type WitnessPlace =
  | { readonly kind: 'file' }
  | { readonly kind: 'dynamodb'; readonly table: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

/** `file`, `dynamodb://TABLE` or `s3://BUCKET/PREFIX`, of which the prefix may be absent. Null for anything else. */
export function parseWitness(text: string): WitnessPlace | null {
  if (text === 'file') return { kind: 'file' };
  const [, table] = /^dynamodb:\/\/([A-Za-z0-9_.-]{3,255})$/.exec(text) ?? [];
  if (table !== undefined) return { kind: 'dynamodb', table };
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9.-]{3,63})((?:\/[A-Za-z0-9_.=-]+)*)\/?$/.exec(text) ?? [];
  return bucket === undefined ? null : { kind: 's3', bucket, prefix: prefix.slice(1) };
}

export function isWitness(text: string): boolean {
  return parseWitness(text) !== null;
}
