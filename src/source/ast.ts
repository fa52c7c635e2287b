import { isRecord } from '../is-record.ts';

/** A node of the syntax tree: ESTree with TypeScript, as oxc-parser gives it. */
export interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** A source file taken apart. */
export interface Module {
  readonly path: string;
  readonly text: string;
  readonly body: readonly AstNode[];
}

/** Takes source files apart. */
export type Parse = (path: string, text: string) => Module | undefined;

/** The parser, or how to get it: it is an optional dependency with a native part. */
export async function parser(): Promise<{ readonly parse: Parse } | { readonly problem: string }> {
  try {
    const { parseSync } = await import('oxc-parser');
    return {
      parse: (path, text) => {
        // Next.js takes JSX in .js, by whose ending the parser allows none.
        const lang = path.endsWith('.js') && ({ lang: 'jsx' } as const);
        const { program, errors } = parseSync(path, text, { preserveParens: false, ...lang });
        const body: readonly unknown[] = program.body;
        return errors.length > 0 ? undefined : { path, text, body: body.filter(isNode) };
      },
    };
  } catch {
    return { problem: 'oxc-parser, an optional dependency, is not installed here: run npm install oxc-parser' };
  }
}

export function isNode(value: unknown): value is AstNode {
  return isRecord(value) && typeof value['type'] === 'string';
}

/** Direct children of a node, in order. */
export function childrenOf(node: AstNode): AstNode[] {
  return Object.values(node).flatMap((value) => {
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

/** Visits a node and everything in it; where the visitor gives `false`, what is inside is passed over. */
export function walk(node: AstNode, visit: (node: AstNode, parents: readonly AstNode[]) => boolean | void): void {
  const step = (each: AstNode, parents: readonly AstNode[]): void => {
    if (visit(each, parents) === false) return;
    const deeper = [...parents, each];
    for (const child of childrenOf(each)) step(child, deeper);
  };
  step(node, []);
}

/** Name of an identifier; undefined for anything else. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  return ['Identifier', 'JSXIdentifier'].includes(node.type) && typeof node['name'] === 'string'
    ? node['name']
    : undefined;
}

/** `a.b.c` for member accesses and names, `this.a` too; undefined where a part is computed. Calls inside are left out: `a().b` gives `a.b`. */
export function dotted(node: unknown): string | undefined {
  const plain = bare(node);
  if (!plain) return undefined;
  const name = nameOf(plain);
  if (name !== undefined) return name;
  if (plain.type === 'ThisExpression') return 'this';
  if (plain.type === 'CallExpression') return dotted(plain['callee']);
  if (plain.type !== 'MemberExpression' || plain['computed'] === true) return undefined;
  const [object, property] = [dotted(plain['object']), nameOf(plain['property'])];
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

/** A node without the wrappers that change nothing: `await`, `as`, `satisfies`, `!`, optional chains. */
export function bare(node: unknown): AstNode | undefined {
  if (!isNode(node)) return undefined;
  const inner =
    node.type === 'AwaitExpression'
      ? node['argument']
      : [
            'TSAsExpression',
            'TSSatisfiesExpression',
            'TSNonNullExpression',
            'ChainExpression',
            'TSTypeAssertion',
          ].includes(node.type)
        ? node['expression']
        : undefined;
  return isNode(inner) ? bare(inner) : node;
}

/** The value of a constant expression; undefined inside or as a whole where it is none. */
export function constantOf(node: unknown): unknown {
  const plain = bare(node);
  switch (plain?.type) {
    case 'Literal':
      return plain['value'];
    case 'TemplateLiteral': {
      const [only] = listOf(plain['quasis']);
      const cooked = isRecord(only?.['value']) ? only['value']['cooked'] : undefined;
      return listOf(plain['expressions']).length === 0 ? cooked : undefined;
    }
    case 'ArrayExpression':
      return listOf(plain['elements']).map(constantOf);
    case 'ObjectExpression':
      return Object.fromEntries(
        listOf(plain['properties']).flatMap((property) => {
          const key = nameOf(property['key']) ?? constantOf(property['key']);
          return typeof key === 'string' ? [[key, constantOf(property['value'])] as const] : [];
        }),
      );
    default:
      return undefined;
  }
}

/** The nodes of a list member. */
export function listOf(value: unknown): AstNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Something that a module imports. */
export interface Import {
  /** Name inside of the module. */
  readonly local: string;
  /** Name in the module that it comes from: `default`, `*`, or its own. */
  readonly imported: string;
  readonly from: string;
}

/** Everything that a module imports or passes on, types left out. */
export function importsOf({ body }: Module): Import[] {
  return body.flatMap((node) => {
    const from = isNode(node['source']) ? node['source']['value'] : undefined;
    if (typeof from !== 'string' || node['importKind'] === 'type' || node['exportKind'] === 'type') return [];
    if (node.type === 'ExportAllDeclaration') return [{ local: '*', imported: '*', from }];
    const specifiers = listOf(node['specifiers']);
    if (specifiers.length === 0) return [{ local: '', imported: '', from }];
    return specifiers.flatMap((specifier) => {
      if (specifier['importKind'] === 'type' || specifier['exportKind'] === 'type') return [];
      const local = nameOf(specifier['local']) ?? '';
      if (specifier.type === 'ImportDefaultSpecifier') return [{ local, imported: 'default', from }];
      if (specifier.type === 'ImportNamespaceSpecifier') return [{ local, imported: '*', from }];
      return [{ local, imported: nameOf(specifier['imported']) ?? local, from }];
    });
  });
}

/** The declaration behind an exported constant, as `config` in `export const config = …`. */
export function exportedConstant({ body }: Module, name: string): AstNode | undefined {
  for (const node of body) {
    if (node.type !== 'ExportNamedDeclaration' || !isNode(node['declaration'])) continue;
    const found = listOf(node['declaration']['declarations']).find((each) => nameOf(each['id']) === name);
    if (isNode(found?.['init'])) return found['init'];
  }
  return undefined;
}
