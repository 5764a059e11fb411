import { describe, expect, it } from '@jest/globals';
import { setImmediate as turnEnd } from 'node:timers/promises';
import { LineBatch } from './line-batch.js';

class FakeSink {
  readonly written: string[] = [];
  write(text: string): void {
    this.written.push(text);
  }
  flush(done?: () => void): void {
    this.written.push('flushed');
    done?.();
  }
}

describe('LineBatch', () => {
  it('writes the lines of a turn together and in order', async () => {
    const sink = new FakeSink();
    const batch = new LineBatch(sink);
    for (const line of ['a\n', 'b\n']) batch.write(line);
    expect(sink.written).toEqual([]);
    await turnEnd();
    batch.write('c\n');
    await turnEnd();
    expect(sink.written).toEqual(['a\nb\n', 'c\n']);
  });

  it('writes its lines before a flush, and none twice', async () => {
    const sink = new FakeSink();
    const batch = new LineBatch(sink);
    batch.write('last\n');
    await new Promise<void>((resolve) => batch.flush(() => resolve()));
    await turnEnd();
    expect(sink.written).toEqual(['last\n', 'flushed']);
  });
});
