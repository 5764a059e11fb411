import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The places that may use Nest's `@Body()`: `@JsonBody()` and `@FormBody()` are made of it. */
const ALLOWED = ['json-body.ts', 'form-body.ts'].map((name) => join('src', 'common', 'input', name));

/** Where a file uses `@Body` of Nest, under whatever name it is imported. */
function usesOfBody(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    const imported = ts.isImportSpecifier(node) && (node.propertyName ?? node.name).text === 'Body';
    const member = ts.isPropertyAccessExpression(node) && node.name.text === 'Body';
    if (imported || member) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      faults.push(`${file}:${line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

describe('bodies', () => {
  it('are taken by @JsonBody() and @FormBody() alone: a bare @Body() would get a body that nobody has read or judged', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((entry) => entry.endsWith('.ts'))
      .map((entry) => join('src', entry));
    const faults = files.flatMap((file) => usesOfBody(file, readFileSync(file, 'utf8')));
    const inside = (fault: string) => ALLOWED.some((file) => fault.startsWith(file));
    expect(faults.filter((fault) => !inside(fault))).toEqual([]);
    expect(faults.filter(inside)).not.toEqual([]);
  });

  it.each([
    "import { Body } from '@nestjs/common';",
    "import { Post, Body as Input } from '@nestjs/common';",
    "import * as nest from '@nestjs/common';\nfunction f(@nest.Body() input: object) {}",
  ])('would be found in %j', (text) => expect(usesOfBody('x.ts', text)).toHaveLength(1));
});
