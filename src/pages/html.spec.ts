import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { html, together, verbatim } from './html.js';

describe('html', () => {
  it('escapes text, and leaves HTML as it is', () => {
    const name = `<img src=x onerror="alert('&amp;')">`;
    const inner = html`<b title="${name}">${name}</b>`;
    const escaped = '&lt;img src=x onerror=&quot;alert(&#39;&amp;amp;&#39;)&quot;&gt;';
    expect(html`<p>${inner}${verbatim('<br>')}</p>`.text).toBe(
      `<p><b title="${escaped}">${escaped}</b><br></p>`,
    );
    expect(together([html`${'<'}`, html`${'>'}`]).text).toBe('&lt;&gt;');
  });

  it('lets no text begin a tag, or end an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});
