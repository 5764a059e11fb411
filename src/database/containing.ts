import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/**
 * A filter for rows whose `column` contains `text`; both are folded in the same way. Null without a text. It
 * does not use LIKE: there some characters have special meanings, and some patterns take quadratic time.
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
