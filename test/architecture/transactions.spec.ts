import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Calls that would open a transaction of their own: inside one, the record would not be part of it, and SQLite would wait for ever. */
const OPENS_ANOTHER = /\b(events\.publish|transactions\.(run|insert)|writer\.write)$/;

describe('whoever is given a transaction', () => {
  it('works and publishes in it', () => {
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

/** By name, and one that is always there: a listener may hear of things outside a transaction, too. */
function isTransaction(parameter: ts.ParameterDeclaration): boolean {
  return parameter.name.getText() === 'tx' && parameter.questionToken === undefined;
}
