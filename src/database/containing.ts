import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/**
 * The filter that leaves rows whose `column` has `text` in it, both folded alike; null without a text. Not by LIKE, in which
 * characters have meanings, and which for some texts takes the length of the one times that of the other.
 */
export function containing<T extends ObjectLiteral>(
  column: string,
  text: string | undefined,
): ((select: SelectQueryBuilder<T>) => void) | null {
  if (text === undefined) return null;
  return (select) => {
    const position = select.connection.options.type === 'postgres' ? 'strpos' : 'instr';
    select.andWhere(`${position}(${column}, :contained) > 0`, { contained: text });
  };
}
