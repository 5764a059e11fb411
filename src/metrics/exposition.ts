import { Injectable, Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { within } from '../common/within.js';

/** Scrapes have a few seconds, and a database that is frozen answers nothing. */
const COLLECT_MS = 2000;

/** All metrics in Prometheus's text format. One that cannot be read now, or not within 2 s, is left out, with a comment. */
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
