/** The codings that the build writes, best first, with the suffix of their files. */
export const CODINGS = { br: '.br', gzip: '.gz' } as const;

export type Coding = keyof typeof CODINGS;

/** The best coding that the client takes (RFC 9110, section 12.5.3). Null when it takes none, or does not say. */
export function preferredCoding(acceptEncoding: string | undefined): Coding | null {
  const accepted = (acceptEncoding ?? '').toLowerCase().split(',').map(parse);
  const quality = (name: string) => accepted.find((coding) => coding.name === name)?.quality;
  const takes = (name: string) => (quality(name) ?? quality('*') ?? 0) > 0;
  return (Object.keys(CODINGS) as Coding[]).find(takes) ?? null;
}

function parse(item: string): { name: string; quality: number } {
  const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { name, quality: weight === undefined ? 1 : Number(weight) };
}
