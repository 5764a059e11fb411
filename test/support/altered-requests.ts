import fc from 'fast-check';
import { digestOf } from './signer.js';

/** A signed request as it is sent: a field can have several lines. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | null;
}

export interface Alteration {
  readonly name: string;
  /** The altered request; null when it would be the same, or has not what is altered. */
  readonly apply: (sent: Sent) => Sent | null;
}

const INPUT = 'signature-input';
const ASCII = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at));
const at = fc.nat();

const field = ({ headers }: Sent, name: string) => headers[name] as string | undefined;

/** Another value of a field. */
function withField(
  sent: Sent,
  name: string,
  change: (value: string) => string | readonly string[],
): Sent | null {
  const value = field(sent, name);
  if (value === undefined) return null;
  const changed = change(value);
  return changed === value ? null : { ...sent, headers: { ...sent.headers, [name]: changed } };
}

function without(sent: Sent, name: string): Sent | null {
  const { [name]: gone, ...headers } = sent.headers;
  return gone === undefined ? null : { ...sent, headers };
}

/** The text with another character at a place. */
const replaced = (text: string, place: number, by: string) =>
  text.slice(0, place % text.length) + by + text.slice((place % text.length) + 1);

const flipped = (bytes: Buffer, bit: number) => {
  const copy = Buffer.from(bytes);
  copy[(bit >> 3) % copy.length]! ^= 1 << (bit & 7);
  return copy;
};

/** The bytes of `name=:base64:`, changed. */
const rewritten = (text: string, change: (bytes: Buffer) => Buffer) =>
  text.replace(
    /:([^:]*):/,
    (_, base64: string) => `:${change(Buffer.from(base64, 'base64')).toString('base64')}:`,
  );

/** The parameters of `Signature-Input`, with their semicolons. */
const PARAMETERS = /;[a-z]+=(?:"[^"]*"|\d+)/g;
const COMPONENTS = /\(([^)]*)\)/;

const inComponents = (change: (names: string[]) => string[]) => (input: string) =>
  input.replace(COMPONENTS, (_, names: string) => `(${change(names.split(' ')).join(' ')})`);

const inParameters = (change: (parameters: string[]) => string[]) => (input: string) =>
  input.slice(0, input.indexOf(')') + 1) + change(input.match(PARAMETERS) ?? []).join('');

const swapped = (place: number) => (list: string[]) => {
  const copy = [...list];
  const [one, other] = [place % copy.length, (place + 1) % copy.length];
  [copy[one], copy[other]] = [copy[other]!, copy[one]!];
  return copy;
};
const doubled = (place: number) => (list: string[]) => [...list, list[place % list.length]!];
const shortened = (place: number) => (list: string[]) =>
  list.filter((_, index) => index !== place % list.length);

type Change = (sent: Sent) => Sent | null;
const one = (name: string, change: Change) => fc.constant<Alteration>({ name, apply: change });
const many = <T>(name: string, values: fc.Arbitrary<T>, change: (sent: Sent, value: T) => Sent | null) =>
  values.map<Alteration>((value) => ({ name, apply: (sent) => change(sent, value) }));

const onField =
  (name: string, change: (place: number) => (value: string) => string | readonly string[]) =>
  (sent: Sent, place: number) =>
    withField(sent, name, change(place));

const withBody = (sent: Sent, change: (body: Buffer) => Buffer | null): Sent | null =>
  sent.body === null ? null : { ...sent, body: change(sent.body) };

/** A body that is changed together with its digest, but not signed again. */
const withDigest = (sent: Sent, change: (body: Buffer) => Buffer): Sent | null => {
  if (sent.body === null) return null;
  const body = change(sent.body);
  return { ...sent, body, headers: { ...sent.headers, 'content-digest': digestOf(body) } };
};

/** Other requests for which a signature could be misused: their paths all have routes that need a credential. */
const METHODS: readonly (readonly [path: RegExp, methods: readonly string[]])[] = [
  [/^\/api\/files(\?|$)/, ['GET', 'POST']],
  [/^\/api\/files\/[\w-]+$/, ['GET', 'PUT', 'PATCH', 'DELETE']],
  [/^\/api\/users\/me$/, ['GET', 'PATCH', 'DELETE']],
];
const PATHS: Readonly<Record<string, readonly string[]>> = {
  GET: ['/api/files', '/api/trash', '/api/uploads', '/api/users/me', '/API/files', '/api/files/'],
  POST: ['/api/uploads', '/api/files/', '/API/FILES'],
  PATCH: ['/api/users/me', '/api/users/me/'],
  DELETE: ['/api/users/me', '/api/trash', '/API/trash'],
};
const HOSTS = [
  'example.org',
  'localhost:1',
  '127.0.0.1',
  '127.0.0.1:80',
  'files.example.org:8080',
  '[::1]:8080',
];

/**
 * Every way in which a signed request can be altered so that it means something else. What means the same by RFC 9421 is not among
 * them: another label, another case of the host, a default port.
 */
export function alterations(otherKeys: readonly string[]): fc.Arbitrary<Alteration> {
  const keyId = fc.oneof(fc.constantFrom(...otherKeys), fc.uuid());
  return fc.oneof(
    many('a bit of the signature', at, (sent, bit) =>
      withField(sent, 'signature', (text) => rewritten(text, (bytes) => flipped(bytes, bit))),
    ),
    many('a character of the signature', fc.tuple(at, fc.constantFrom(...ASCII)), (sent, [place, by]) =>
      withField(sent, 'signature', (text) => replaced(text, place, by)),
    ),
    many('the length of the signature', fc.integer({ min: 0, max: 63 }), (sent, length) =>
      withField(sent, 'signature', (text) => rewritten(text, (bytes) => bytes.subarray(0, length))),
    ),
    many('more bytes of the signature', fc.uint8Array({ minLength: 1, maxLength: 64 }), (sent, more) =>
      withField(sent, 'signature', (text) => rewritten(text, (bytes) => Buffer.concat([bytes, more]))),
    ),
    many('a signature at random', fc.uint8Array({ minLength: 64, maxLength: 64 }), (sent, random) =>
      withField(sent, 'signature', (text) => rewritten(text, () => Buffer.from(random))),
    ),
    many('a character of the input', fc.tuple(at, fc.constantFrom(...ASCII)), (sent, [place, by]) =>
      withField(sent, INPUT, (text) => replaced(text, place, by)),
    ),
    many('a character less of the input', at, (sent, place) =>
      withField(sent, INPUT, (text) => replaced(text, place, '')),
    ),
    many(
      'the order of parameters',
      at,
      onField(INPUT, (place) => inParameters(swapped(place))),
    ),
    many(
      'a parameter twice',
      at,
      onField(INPUT, (place) => inParameters(doubled(place))),
    ),
    many(
      'a parameter less',
      at,
      onField(INPUT, (place) => inParameters(shortened(place))),
    ),
    many('created', fc.integer({ min: -400, max: 400 }), (sent, seconds) =>
      withField(sent, INPUT, (text) =>
        text.replace(/created=(\d+)/, (_, time) => `created=${Number(time) + seconds}`),
      ),
    ),
    many('keyid', keyId, (sent, id) =>
      withField(sent, INPUT, (text) => text.replace(/keyid="[^"]*"/, `keyid="${id}"`)),
    ),
    many('nonce', fc.uuid(), (sent, nonce) =>
      withField(sent, INPUT, (text) => text.replace(/nonce="[^"]*"/, `nonce="${nonce}"`)),
    ),
    many(
      'a parameter more',
      fc.constantFrom('alg="ed25519"', 'tag="x"', 'expires=9999999999', 'other', 'req'),
      (sent, more) => withField(sent, INPUT, (text) => `${text};${more}`),
    ),
    many(
      'the order of components',
      at,
      onField(INPUT, (place) => inComponents(swapped(place))),
    ),
    many(
      'a component twice',
      at,
      onField(INPUT, (place) => inComponents(doubled(place))),
    ),
    many(
      'a component less',
      at,
      onField(INPUT, (place) => inComponents(shortened(place))),
    ),
    many(
      'a component more',
      fc.constantFrom('"@scheme"', '"host"', '"x-absent"', '"@status"', '"host";sf', '""'),
      (sent, more) =>
        withField(
          sent,
          INPUT,
          inComponents((names) => [...names, more]),
        ),
    ),
    one('a second member', (sent) => {
      const input = withField(sent, INPUT, (text) => `${text}, other${text.slice(text.indexOf('='))}`);
      return (
        input && withField(input, 'signature', (text) => `${text}, other${text.slice(text.indexOf('='))}`)
      );
    }),
    many('the same member again', fc.constantFrom(INPUT, 'signature'), (sent, name) =>
      withField(sent, name, (text) => `${text}, ${text}`),
    ),
    many('a line again', fc.constantFrom(INPUT, 'signature', 'x-note', 'content-digest'), (sent, name) =>
      withField(sent, name, (text) => [text, text]),
    ),
    many('a field less', fc.constantFrom(INPUT, 'signature', 'x-note', 'content-digest'), without),
    many('a covered field', fc.string({ unit: fc.constantFrom(...ASCII), minLength: 1 }), (sent, value) =>
      withField(sent, 'x-note', () => value),
    ),
    many('the method', at, (sent, place) => {
      const methods = METHODS.find(([path]) => path.test(sent.path))![1].filter(
        (method) => method !== sent.method,
      );
      return { ...sent, method: methods[place % methods.length]! };
    }),
    many('the host', fc.constantFrom(...HOSTS), (sent, host) => withField(sent, 'host', () => host)),
    many('the path', fc.tuple(at, fc.uuid()), (sent, [place, id]) => {
      const mark = sent.path.indexOf('?');
      const others = [...PATHS[sent.method]!, ...(sent.method === 'POST' ? [] : [`/api/files/${id}`])];
      const changed = others[place % others.length]! + (mark === -1 ? '' : sent.path.slice(mark));
      return changed === sent.path ? null : { ...sent, path: changed };
    }),
    many(
      'a character of the query',
      fc.tuple(at, fc.constantFrom(...'abcxyz019=&%2')),
      (sent, [place, by]) => {
        const mark = sent.path.indexOf('?');
        if (mark === -1) return null;
        const query = sent.path.slice(mark + 1);
        const changed = replaced(query, place, by);
        return changed === query ? null : { ...sent, path: sent.path.slice(0, mark + 1) + changed };
      },
    ),
    many('more query', fc.constantFrom('limit=2', '', 'cursor=x', 'a'), (sent, more) => ({
      ...sent,
      path: sent.path + (sent.path.includes('?') ? '&' : '?') + more,
    })),
    one('no query', (sent) => {
      const mark = sent.path.indexOf('?');
      return mark === -1 ? null : { ...sent, path: sent.path.slice(0, mark) };
    }),
    many('a bit of the body', at, (sent, bit) => withBody(sent, (body) => flipped(body, bit))),
    many('the length of the body', at, (sent, length) =>
      withBody(sent, (body) => body.subarray(0, length % body.length)),
    ),
    many('more body', fc.uint8Array({ minLength: 1, maxLength: 9 }), (sent, more) =>
      withBody(sent, (body) => Buffer.concat([body, more])),
    ),
    one('a body where there was none', (sent) =>
      sent.body === null ? { ...sent, body: Buffer.from('{}') } : null,
    ),
    many('the body and its digest', at, (sent, bit) => withDigest(sent, (body) => flipped(body, bit))),
    many('a bit of the digest', at, (sent, bit) =>
      withField(sent, 'content-digest', (text) => rewritten(text, (bytes) => flipped(bytes, bit))),
    ),
    one('the algorithm of the digest', (sent) =>
      withField(sent, 'content-digest', () => digestOf(sent.body!, 'sha-512')),
    ),
    one('a digest besides', (sent) =>
      withField(sent, 'content-digest', (text) => `${text}, ${digestOf(sent.body!, 'sha-512')}`),
    ),
    one('a token besides', (sent) => ({ ...sent, headers: { ...sent.headers, authorization: 'Bearer x' } })),
  );
}
