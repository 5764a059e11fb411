import type { Client } from '../../support/client.js';
import { addPasskey, askForPasskey, type Asked, SoftwarePasskey } from '../../support/passkey.js';
import type { TestApp } from '../../support/test-app.js';

/** What an operation with a passkey takes. */
interface Answered {
  readonly challenge: string;
  readonly credential: object;
}

export const ADD_PASSKEY = 'factors_addPasskey';
const SIGN_IN = 'account_signInWithPasskey';
/** For users with a passkey only. */
export const ASK_FOR_PASSKEY = 'sessions_confirmationOptions';

interface Owner {
  readonly client: Client;
  readonly passkey: SoftwarePasskey;
}

/** Answers of passkeys that the service accepts. */
export class KnownPasskeys {
  #owner: Promise<Owner> | null = null;

  constructor(private readonly server: TestApp) {}

  /** An answer for an operation. Null for one that takes something else instead. */
  async answerFor(operationId: string, client: Client): Promise<Answered | null> {
    if (operationId === SIGN_IN) return this.#signIn();
    return operationId === ADD_PASSKEY ? this.#add(client) : null;
  }

  /** A signed-in user with a passkey. */
  async user(): Promise<Client> {
    return (await this.#known()).client;
  }

  async #signIn(): Promise<Answered> {
    const { passkey } = await this.#known();
    const asked = await askForPasskey(this.server.client(), '/api/users/login/passkey/options');
    return { challenge: asked.challenge, credential: passkey.get(asked) };
  }

  #known(): Promise<Owner> {
    return (this.#owner ??= this.#make());
  }

  async #make(): Promise<Owner> {
    const client = await this.server.user();
    return { client, passkey: (await addPasskey(client, this.#origin)).passkey };
  }

  /** Null for a client that may not add one. */
  async #add(client: Client): Promise<Answered | null> {
    const asked = await client.json<Asked<never>>('POST', '/api/auth/factors/passkeys/options');
    if (asked.status !== 200) return null;
    const credential = new SoftwarePasskey(this.#origin).create(asked.body);
    return { challenge: asked.body.challenge, credential };
  }

  get #origin(): string {
    return this.server.config.http.publicUrl;
  }
}
