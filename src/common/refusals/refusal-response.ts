import { getSchemaPath } from '@nestjs/swagger';
import { CATALOGUE, type ErrorCode } from './errors.js';
import { Problem, PROBLEM_JSON } from './problem.js';

const header = (description: string) => ({
  description,
  required: true,
  schema: { type: 'string' as const },
});

type Headers = Readonly<Record<string, ReturnType<typeof header>>>;

const CHALLENGE: Headers = { 'WWW-Authenticate': header('How to authenticate (RFC 6750, section 3).') };
const WAIT: Headers = { 'Retry-After': header('Seconds to wait.') };

const BY_STATUS: Readonly<Record<number, Headers>> = {
  401: CHALLENGE,
  405: { Allow: header('The methods that this path has.') },
  416: { 'Content-Range': header('The size of the file: `bytes */48123` (RFC 9110, section 14.4).') },
  429: WAIT,
  503: WAIT,
};

const BY_CODE: Partial<Record<ErrorCode, Headers>> = {
  insufficient_scope: CHALLENGE,
  invalid_signature: {
    ...CHALLENGE,
    'Accept-Signature': header('What the signature of this request must cover (RFC 9421, section 5).'),
  },
  unsupported_tus_version: { 'Tus-Version': header('The supported versions.') },
  // The password of a link is in the body, for which HTTP has no challenge.
  share_password_required: {},
  wrong_share_password: {},
};

/** The header fields that every refusal with this code has. */
function headersOf(code: ErrorCode): Headers {
  return BY_CODE[code] ?? BY_STATUS[CATALOGUE[code].status] ?? {};
}

/** Examples of the extra members of a code. */
const EXTENSIONS: Partial<Record<ErrorCode, object>> = {
  not_ready: { checks: [{ name: 'storage', status: 'failing' }] },
};

/** An example of a refusal with this code. */
export function refusalExample(code: ErrorCode) {
  const { status, title } = CATALOGUE[code];
  const request_id = '019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11';
  const problem = { type: 'about:blank', title, status, detail: `${title}.`, code, request_id };
  return { summary: title, value: { ...problem, ...EXTENSIONS[code] } };
}

/** The response of one status, with all of its codes that an operation can answer. */
export function refusalResponse(
  codes: readonly ErrorCode[],
  schema: object = { $ref: getSchemaPath(Problem) },
) {
  const own = codes.map(headersOf);
  // A header is required when every code of the status has it.
  const headers = Object.entries(Object.assign({}, ...own) as Headers).map(([name, described]) => {
    const required = own.every((fields) => name in fields);
    return [name, { ...described, required }] as const;
  });
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    headers: Object.fromEntries(headers),
    content: {
      [PROBLEM_JSON]: {
        schema,
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}
