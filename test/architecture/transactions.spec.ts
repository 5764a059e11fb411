import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Calls that open another transaction. Inside a transaction, the record would not be part of it, and SQLite
 * would wait for ever.
 */
const OPENS_ANOTHER = /\b(events\.publish(Refusal)?|transactions\.(run|insert)|writer\.write)$/;

describe('code that is given a transaction', () => {
  it('works and publishes in that transaction', () => {
    const faults: string[] = [];
    let given = 0;
    for (const entry of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts')) continue;
      const file = join('src', entry);
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
      const visit = (node: ts.Node, inside: boolean): void => {
        const takes = ts.isFunctionLike(node) && node.parameters.some(isTransaction);
        if (takes) given++;
        if (inside && ts.isCallExpression(node) && OPENS_ANOTHER.test(node.expression.getText())) {
          const { line } = source.getLineAndCharacterOfPosition(node.getStart());
          faults.push(`${file}:${line + 1} ${node.expression.getText()}`);
        }
        ts.forEachChild(node, (child) => visit(child, inside || takes));
      };
      visit(source, false);
    }
    expect(faults).toEqual([]);
    expect(given).toBeGreaterThan(50);
  });
});

/**
 * A required parameter named `tx`. A listener has an optional one, because it also gets events outside a
 * transaction.
 */
function isTransaction(parameter: ts.ParameterDeclaration): boolean {
  return parameter.name.getText() === 'tx' && parameter.questionToken === undefined;
}
