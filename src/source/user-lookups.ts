import { bare, childrenOf, dotted, importsOf, isNode, listOf, nameOf, walk } from './ast.ts';
import type { AstNode, Module } from './ast.ts';
import type { Modules } from './imports.ts';

/** A request to Clerk's Backend API for one user, as it stands in the source. */
export interface Lookup {
  readonly path: string;
  readonly line: number;
  /** As written, cut short. */
  readonly code: string;
}

/** Methods that call their argument once for every element. */
const LOOPS = /^(?:map|forEach|flatMap|filter|some|every|reduce|find)$/;

/** Of Clerk's client; one of the app's own API is asked in its own way. */
const LOOKUP = /(?<!\b(?:api|trpc)\.)\busers\.getUser$/;

/** Caches that outlive a request; React's own does not. */
const SHARED_CACHE = /^(?:unstable_cache|memoize|memoizee|pMemoize)$/;

/** An SDK of Clerk that an app runs, or one of the community's. */
export const CLERK_SDK = /@clerk\/(?!testing\b)|\b(?:svelte|elysia|vue)-clerk\b|@hono\/clerk-auth\b/;

/** True for a module that may talk to Clerk: it imports an SDK, or a module of the project that does. */
export async function knowsClerk(modules: Modules, module: Module): Promise<boolean> {
  for (const { from } of importsOf(module)) {
    if (CLERK_SDK.test(from)) return true;
    const path = modules.resolve(module.path, from);
    const imported = path === undefined ? undefined : await modules.at(path);
    if (imported && importsOf(imported).some((one) => CLERK_SDK.test(one.from))) return true;
  }
  return false;
}

/** Look-ups of one user after the other, where one request would bring them all. */
export function lookupsInLoops(module: Module): Lookup[] {
  const found: Lookup[] = [];
  if (hasDirective(module.body, 'use cache')) return found;
  for (const top of module.body) {
    walk(top, (node, parents) => {
      if (node.type !== 'CallExpression' || !LOOKUP.test(dotted(node['callee']) ?? '')) return;
      if (!isSharedCached(parents) && variesWithLoop(node, parents)) found.push(lookup(module, node));
    });
  }
  return found;
}

/** Where a node stands. */
export function lookup({ path, text }: Module, node: AstNode): Lookup {
  const code = text.slice(node.start, node.end).replace(/\s+/g, ' ');
  return {
    path,
    line: text.slice(0, node.start).split('\n').length,
    code: code.length > 80 ? `${code.slice(0, 79)}…` : code,
  };
}

/** True for a call of `users.getUser()`. */
export function isGetUser(node: AstNode): boolean {
  return node.type === 'CallExpression' && LOOKUP.test(dotted(node['callee']) ?? '');
}

/** True when the argument of a call is what a loop around it goes through: a constant number of tries is no such loop. */
function variesWithLoop(call: AstNode, parents: readonly AstNode[]): boolean {
  const used = new Set(listOf(call['arguments']).flatMap(identifiersIn));
  const chain = [...parents, call];
  for (let index = parents.length - 1; index >= 0; index--) {
    const node = chain[index];
    const inner = chain[index + 1];
    if (!node) continue;
    if (['ForOfStatement', 'ForInStatement'].includes(node.type) && node['body'] === inner)
      if (isNode(node['left']) && identifiersIn(node['left']).some((name) => used.has(name))) return true;
    if (!isFunction(node)) continue;
    const outer = chain[index - 1];
    const isCallback =
      outer?.type === 'CallExpression' &&
      listOf(outer['arguments']).includes(node) &&
      LOOPS.test((dotted(outer['callee']) ?? memberName(outer['callee']) ?? '').split('.').at(-1) ?? '');
    if (!isCallback) return false;
    if (
      listOf(node['params'])
        .flatMap(identifiersIn)
        .some((name) => used.has(name))
    )
      return true;
  }
  return false;
}

function memberName(node: unknown): string | undefined {
  const plain = bare(node);
  return plain?.type === 'MemberExpression' ? nameOf(plain['property']) : undefined;
}

function isSharedCached(parents: readonly AstNode[]): boolean {
  return parents.some(
    (node) =>
      (node.type === 'CallExpression' && SHARED_CACHE.test(dotted(node['callee']) ?? '')) ||
      (isFunction(node) && isNode(node['body']) && hasDirective(listOf(node['body']['body']), 'use cache')),
  );
}

/** True for a directive such as `'use client'` at the beginning of a body; variants as `'use cache: remote'` count. */
export function hasDirective(body: readonly AstNode[], directive: string): boolean {
  return body.some(
    (node) =>
      node.type === 'ExpressionStatement' &&
      typeof node['directive'] === 'string' &&
      node['directive'].startsWith(directive),
  );
}

/** True for every kind of function. */
export function isFunction(node: AstNode): boolean {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);
}

/** Names in an expression or a pattern. */
export function identifiersIn(node: AstNode): string[] {
  const name = nameOf(node);
  return name === undefined ? childrenOf(node).flatMap(identifiersIn) : [name];
}
