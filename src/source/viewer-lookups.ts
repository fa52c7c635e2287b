import { bare, dotted, importsOf, isNode, listOf, nameOf, walk } from './ast.ts';
import type { AstNode, Module } from './ast.ts';
import type { Modules } from './imports.ts';
import { hasDirective, identifiersIn, isFunction, isGetUser, lookup } from './user-lookups.ts';
import type { Lookup } from './user-lookups.ts';

/** Calls deep that are followed; deeper than this no render path is that a person would follow either. */
const MAX_DEPTH = 12;

/** Nodes whose insides run only under a condition. */
const CONDITIONAL = new Set([
  'IfStatement',
  'ConditionalExpression',
  'LogicalExpression',
  'SwitchStatement',
  'CatchClause',
  'WhileStatement',
]);

/** A function, where it stands, and what its parameters hold. */
interface Call {
  readonly module: Module;
  readonly node: AstNode;
  /** Names that hold the id of the signed-in user. */
  readonly viewer: ReadonlySet<string>;
  readonly depth: number;
}

/**
 * The requests to Clerk for the signed-in user that one run of a function makes in any case: those under a condition
 * are left out. A function wrapped in `cache()` counts once where `memoised`, which holds for renders only.
 */
export class ViewerLookups {
  readonly #modules: Modules;
  readonly #memoised: boolean;
  readonly #remembered = new Set<AstNode>();

  constructor(modules: Modules, { memoised }: { readonly memoised: boolean }) {
    this.#modules = modules;
    this.#memoised = memoised;
  }

  /** Follows an exported function; `default` for the default export. */
  async of(module: Module, name: string): Promise<Lookup[]> {
    const node = exported(module, name);
    return node ? this.#run({ module, node, viewer: new Set(), depth: 0 }) : [];
  }

  async #run({ module, node, viewer, depth }: Call): Promise<Lookup[]> {
    const cached = cachedFunction(node);
    const target = cached ?? bare(node);
    if (!target || !isFunction(target) || depth > MAX_DEPTH) return [];
    if (cached && this.#memoised) {
      if (this.#remembered.has(cached)) return [];
      this.#remembered.add(cached);
    }
    if (isNode(target['body']) && hasDirective(listOf(target['body']['body']), 'use')) return [];
    const names = new Set([...viewer, ...viewerNames(target)]);
    const found: Lookup[] = [];
    for (const call of certainCalls(target)) {
      if (
        isGetUser(call) &&
        listOf(call['arguments'])
          .slice(0, 1)
          .some((argument) => isViewer(argument, names))
      )
        found.push(lookup(module, call));
      else if (await this.#isCurrentUser(module, nameOf(call['callee']))) found.push(lookup(module, call));
      else found.push(...(await this.#follow(module, call, names, depth)));
    }
    return found;
  }

  async #follow(module: Module, call: AstNode, names: ReadonlySet<string>, depth: number): Promise<Lookup[]> {
    const name = nameOf(call.type === 'CallExpression' ? call['callee'] : call['name']);
    const found = name === undefined ? undefined : await this.#definition(module, name);
    if (!found) return [];
    const target = cachedFunction(found.node) ?? bare(found.node);
    const passed = call.type === 'CallExpression' ? listOf(call['arguments']) : [];
    const viewer = listOf(target?.['params']).flatMap((param, index) => {
      const argument = passed[index];
      const own = nameOf(param);
      return own !== undefined && argument && isViewer(argument, names) ? [own] : [];
    });
    return this.#run({ ...found, viewer: new Set(viewer), depth: depth + 1 });
  }

  /** True where a name is the SDK's function, imported or passed on by modules of the project. */
  async #isCurrentUser(module: Module, name: string | undefined, depth = 0): Promise<boolean> {
    for (const { local, imported, from } of importsOf(module)) {
      if ((local !== name && local !== '*') || depth > MAX_DEPTH) continue;
      const asked = local === '*' ? name : imported;
      if (from === '@clerk/nextjs/server' && asked === 'currentUser') return true;
      const path = this.#modules.resolve(module.path, from);
      const other = path === undefined ? undefined : await this.#modules.at(path);
      if (other && (await this.#isCurrentUser(other, asked, depth + 1))) return true;
    }
    return false;
  }

  async #definition(module: Module, name: string): Promise<{ module: Module; node: AstNode } | undefined> {
    const own = declared(module, name);
    if (own) return { module, node: own };
    const imported = importsOf(module).find(({ local }) => local === name);
    const path = imported && this.#modules.resolve(module.path, imported.from);
    const other = path === undefined ? undefined : await this.#modules.at(path);
    if (!other || !imported || hasDirective(other.body, 'use client')) return undefined;
    const node = exported(other, imported.imported);
    return node && { module: other, node };
  }
}

/** Calls, and elements of JSX, that a function makes in any case, functions inside of it left out. */
function certainCalls(target: AstNode): AstNode[] {
  const calls: AstNode[] = [];
  if (!isNode(target['body'])) return calls;
  walk(target['body'], (node, parents) => {
    const parent = parents.at(-1);
    // Of a condition, the question itself is always asked.
    if (parent && CONDITIONAL.has(parent.type) && parent['test'] !== node && parent['left'] !== node) return false;
    if (isFunction(node)) return false;
    if (node.type === 'CallExpression' || node.type === 'JSXOpeningElement') calls.push(node);
    return true;
  });
  // What follows a conditional return may never run.
  const leaves = listOf(target['body']['body']).find(
    (statement) => CONDITIONAL.has(statement.type) && returns(statement),
  );
  return leaves ? calls.filter(({ start }) => start < leaves.end) : calls;
}

function returns(statement: AstNode): boolean {
  let found = false;
  walk(statement, (node) => {
    if (isFunction(node)) return false;
    // A refusal of visitors who are not signed in ends nothing for those who are.
    if (node.type === 'IfStatement' && isRefusal(node)) return false;
    if (node.type === 'ReturnStatement') found = true;
    return !found;
  });
  return found;
}

function isRefusal(node: AstNode): boolean {
  const test = isNode(node['test']) ? node['test'] : undefined;
  const negated = test?.type === 'UnaryExpression' ? test['argument'] : undefined;
  return identifiersIn(isNode(negated) ? negated : { type: '', start: 0, end: 0 }).some((name) =>
    /^(?:userId|isAuthenticated|user|viewer)$/.test(name),
  );
}

/** Names that a function gets the id of the signed-in user under: `const { userId } = await auth()`. */
function viewerNames(target: AstNode): string[] {
  const names: string[] = [];
  walk(target, (node) => {
    if (node.type !== 'VariableDeclarator' || !isAuth(node['init'])) return;
    const id = isNode(node['id']) ? node['id'] : undefined;
    const own = nameOf(id);
    if (own !== undefined) names.push(`${own}.userId`);
    for (const property of listOf(id?.['properties']))
      if (nameOf(property['key']) === 'userId') names.push(nameOf(property['value']) ?? '');
  });
  return names;
}

function isAuth(node: unknown): boolean {
  const plain = bare(node);
  return plain?.type === 'CallExpression' && /^(?:auth|getAuth|auth\.protect)$/.test(dotted(plain['callee']) ?? '');
}

function isViewer(node: AstNode, names: ReadonlySet<string>): boolean {
  const plain = bare(node);
  // What stands in for a missing id is never looked up.
  if (plain?.type === 'LogicalExpression' && isNode(plain['left'])) return isViewer(plain['left'], names);
  const name = dotted(plain) ?? '';
  return names.has(name) || (/^(?:auth|getAuth)\.userId$/.test(name) && plain?.type === 'MemberExpression');
}

/** The function inside of `cache(…)`. */
function cachedFunction(node: AstNode): AstNode | undefined {
  const plain = bare(node);
  if (plain?.type !== 'CallExpression' || !/^(?:React\.)?cache$|^unstable_cache$/.test(dotted(plain['callee']) ?? ''))
    return undefined;
  return listOf(plain['arguments']).find(isFunction);
}

/** The function or value that a module declares under a name at its top. */
function declared({ body }: Module, name: string): AstNode | undefined {
  for (const statement of body) {
    const node = isNode(statement['declaration']) ? statement['declaration'] : statement;
    if (nameOf(node['id']) === name) return node;
    const declarator = listOf(node['declarations']).find((each) => nameOf(each['id']) === name);
    if (isNode(declarator?.['init'])) return declarator['init'];
  }
  return undefined;
}

function exported(module: Module, name: string): AstNode | undefined {
  if (name !== 'default') {
    const renamed = module.body
      .flatMap((node) =>
        node.type === 'ExportNamedDeclaration' && !isNode(node['source']) ? listOf(node['specifiers']) : [],
      )
      .find((specifier) => nameOf(specifier['exported']) === name);
    return declared(module, nameOf(renamed?.['local']) ?? name);
  }
  const statement = module.body.find(({ type }) => type === 'ExportDefaultDeclaration');
  const value = isNode(statement?.['declaration']) ? statement['declaration'] : undefined;
  const alias = nameOf(value);
  return alias === undefined ? value : declared(module, alias);
}
