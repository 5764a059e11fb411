import type { BrowserContext } from 'playwright-core';

/** Each frame, timer and request of a page waits for so many milliseconds at most, at random. Not set: as the machine is. */
const SLOW_MS = Number(process.env.SLOW_PAGES ?? 0);

/**
 * Makes the pages of a browser as slow as on a machine that has much else to do: what a test takes for immediate, or in order,
 * then is not.
 */
export async function slowDown(context: BrowserContext): Promise<void> {
  if (SLOW_MS === 0) return;
  await context.addInitScript(`{
    const { fetch, requestAnimationFrame, setTimeout } = window;
    const pause = () => Math.random() * ${SLOW_MS};
    const paused = () => new Promise((resolve) => setTimeout(resolve, pause()));
    window.setTimeout = (run, ms = 0, ...values) => setTimeout(run, ms + pause(), ...values);
    window.requestAnimationFrame = (run) => setTimeout(() => requestAnimationFrame(run), pause());
    window.fetch = async (...values) => {
      await paused();
      try {
        return await fetch(...values);
      } finally {
        await paused();
      }
    };
  }`);
}
