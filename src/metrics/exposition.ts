import { Injectable, Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { within } from '../common/within.js';

/**
 * The time to collect one metric, in milliseconds. A scrape has a few seconds, and a frozen database does not
 * answer.
 */
const COLLECT_MS = 2000;

/**
 * All metrics in Prometheus's text format. A metric that cannot be read within 2 s is replaced by a comment.
 */
@Injectable()
export class Exposition {
  readonly #logger = new Logger(Exposition.name);

  constructor(private readonly registry: Registry) {}

  async text(): Promise<string> {
    const names = this.registry.getMetricsAsArray().map(({ name }) => name);
    const texts = await Promise.all(names.map((name) => this.#textOf(name)));
    return `${texts.join('\n\n')}\n`;
  }

  async #textOf(name: string): Promise<string> {
    try {
      return await within(COLLECT_MS, this.registry.getSingleMetricAsString(name));
    } catch (error) {
      this.#logger.warn({ err: error as Error, metric: name }, 'a metric could not be read');
      return `# ${name} could not be read`;
    }
  }
}
