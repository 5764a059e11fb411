const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A piece of HTML in which all text is escaped. Only `html` and `verbatim` make one. */
export class Markup {
  constructor(readonly text: string) {}
}

/** Makes HTML of a template. Every value that is not HTML is escaped, in text and in quoted attributes. */
export function html(pieces: TemplateStringsArray, ...values: readonly (string | Markup)[]): Markup {
  const parts = values.map((value, index) => textOf(value) + pieces[index + 1]!);
  return new Markup(pieces[0]! + parts.join(''));
}

/** HTML that is not escaped. Only for constants. */
export function verbatim(text: string): Markup {
  return new Markup(text);
}

/** Pieces one after the other. */
export function together(pieces: readonly Markup[]): Markup {
  return new Markup(pieces.map(({ text }) => text).join(''));
}

export const NOTHING = verbatim('');

function textOf(value: string | Markup): string {
  return value instanceof Markup
    ? value.text
    : value.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
