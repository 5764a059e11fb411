import type { CheckProgress } from './check-export.js';
import type { Answer, TaskName, Tasks } from './task.js';
import address from './verifier.worker.ts?worker&url';

/** Trusted Types, where the browser has them. TypeScript does not know them yet. */
interface TrustedTypesWindow {
  readonly trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createScriptURL(url: string): string },
    ): { createScriptURL(url: string): unknown };
  };
}

/** The only address that may become a script of the console. The content security policy names this policy. */
const policy = (window as TrustedTypesWindow).trustedTypes?.createPolicy('verifier', {
  createScriptURL: (url) => {
    if (url !== address) throw new TypeError('only the verifier may become a script');
    return url;
  },
});

/** A worker that checks. It does one task at a time. */
export class Verifier {
  // The types of Worker do not know trusted addresses.
  readonly #worker = new Worker((policy?.createScriptURL(address) ?? address) as string, { type: 'module' });
  #stop: (reason: unknown) => void = () => undefined;

  /** @throws when the worker cannot do it, or was closed. */
  ask<K extends TaskName>(
    name: K,
    given: Tasks[K]['given'],
    follow: (progress: CheckProgress) => void = () => undefined,
  ): Promise<Tasks[K]['found']> {
    return new Promise((resolve, reject) => {
      this.#stop = reject;
      this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if (data.type === 'progress') follow(data.progress);
        else if (data.type === 'found') resolve(data.found);
        else reject(new Error(data.message));
      };
      this.#worker.onerror = () => reject(new Error('The part of the page that checks could not be loaded.'));
      this.#worker.postMessage({ name, given });
    });
  }

  /** Ends what it is doing. */
  close(): void {
    this.#worker.terminate();
    this.#stop(new DOMException('The check was ended.', 'AbortError'));
  }
}
