import { bare, importsOf, isNode, listOf, nameOf } from '../../source/ast.ts';
import type { AstNode, Module } from '../../source/ast.ts';

/** A change of a text at one place. */
interface Edit {
  readonly at: number;
  readonly text: string;
}

/** The extended text; `unchanged` where it is extended already; undefined where the file is not understood. */
export type Extension = { readonly text: string } | 'unchanged' | undefined;

const REPORTER = "['clerk-readiness/reporter']";
const SPREAD = '...(process.env.READINESS_BASE_URL ? readinessProjects(readiness) : [])';

/** What to paste into a configuration that is not understood. */
export function snippet(readinessImport: string): string {
  return `import { readinessProjects } from 'clerk-readiness';
import { readiness } from '${readinessImport}';

export default defineConfig({
  // …
  reporter: [['list'], ${REPORTER}],
  projects: [
    // your projects, or { name: 'app' } where there were none
    ${SPREAD},
  ],
});`;
}

/**
 * Adds our projects and our reporter to a Playwright configuration. They come in only where READINESS_BASE_URL is set,
 * so that the tests that are there run as before, and no web server is started for a deployment.
 */
export function extendConfig(module: Module, readinessImport: string): Extension {
  if (importsOf(module).some(({ from }) => from === 'clerk-readiness')) return 'unchanged';
  const config = configObject(module);
  if (!config) return undefined;
  const reporter = reporterEdits(config, module);
  const projects = projectsEdit(config, module);
  if (!reporter || !projects) return undefined;
  const edits = [importEdit(module, readinessImport), ...reporter, projects, ...webServerEdits(config)];
  return { text: applied(module.text, edits) };
}

/** The object that is exported by default, itself, in `defineConfig(…)`, or by its name. */
function configObject({ body }: Module): AstNode | undefined {
  const exported = body.find(({ type }) => type === 'ExportDefaultDeclaration')?.['declaration'];
  const name = nameOf(exported);
  return objectOf(name === undefined ? exported : initialValue(body, name));
}

function initialValue(body: readonly AstNode[], name: string): unknown {
  return body.flatMap((node) => listOf(node['declarations'])).find(({ id }) => nameOf(id) === name)?.['init'];
}

function objectOf(value: unknown): AstNode | undefined {
  const node = bare(value);
  // What is spread in may bring projects and reporters of its own.
  if (node?.type === 'ObjectExpression')
    return listOf(node['properties']).every(({ key }) => nameOf(key) !== undefined) ? node : undefined;
  if (node?.type !== 'CallExpression' || nameOf(node['callee']) !== 'defineConfig') return undefined;
  const given = listOf(node['arguments']);
  return given.length === 1 ? objectOf(given[0]) : undefined;
}

function member(config: AstNode, name: string): AstNode | undefined {
  const value = listOf(config['properties']).find(({ key }) => nameOf(key) === name)?.['value'];
  return isNode(value) ? value : undefined;
}

function importEdit({ body }: Module, readinessImport: string): Edit {
  const last = body.findLast(({ type }) => type === 'ImportDeclaration');
  const lines = `import { readinessProjects } from 'clerk-readiness';\nimport { readiness } from '${readinessImport}';`;
  return last ? { at: last.end, text: `\n${lines}` } : { at: 0, text: `${lines}\n\n` };
}

function reporterEdits(config: AstNode, module: Module): Edit[] | undefined {
  const value = bare(member(config, 'reporter'));
  if (!value) return [propertyEdit(config, module, `reporter: [['list'], ${REPORTER}],`)];
  if (value.type === 'ArrayExpression') return [elementEdit(value, module, REPORTER)];
  if (!isText(value)) return undefined;
  return [
    { at: value.start, text: '[[' },
    { at: value.end, text: `], ${REPORTER}]` },
  ];
}

/** A string, or a choice between strings. */
function isText(node: unknown): boolean {
  const plain = bare(node);
  if (plain?.type === 'ConditionalExpression') return isText(plain['consequent']) && isText(plain['alternate']);
  return plain?.type === 'Literal' && typeof plain['value'] === 'string';
}

function projectsEdit(config: AstNode, module: Module): Edit | undefined {
  const value = bare(member(config, 'projects'));
  // Without projects of its own a configuration is one project; the name keeps it beside ours.
  if (!value) return propertyEdit(config, module, `projects: [{ name: 'app' }, ${SPREAD}],`);
  return value.type === 'ArrayExpression' ? elementEdit(value, module, SPREAD) : undefined;
}

/** A deployment needs no server of this machine. */
function webServerEdits(config: AstNode): Edit[] {
  const value = member(config, 'webServer');
  return value ? [{ at: value.start, text: 'process.env.READINESS_BASE_URL ? undefined : ' }] : [];
}

/** A new first property. */
function propertyEdit(config: AstNode, { text }: Module, property: string): Edit {
  const [first] = listOf(config['properties']);
  const indent = first ? indentOf(text, first.start) : '  ';
  return { at: config.start + 1, text: `\n${indent}${property}` };
}

/** A new last element, on a line of its own where the others are. */
function elementEdit(array: AstNode, { text }: Module, element: string): Edit {
  const last = listOf(array['elements']).at(-1);
  if (!last) return { at: array.start + 1, text: element };
  const isOfLines = text.slice(array.start, last.start).includes('\n');
  return { at: last.end, text: `,${isOfLines ? `\n${indentOf(text, last.start)}` : ' '}${element}` };
}

/** White space at the start of the line of a place. */
function indentOf(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))?.[0] ?? '';
}

function applied(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.at - a.at)
    .reduce((result, { at, text: inserted }) => result.slice(0, at) + inserted + result.slice(at), text);
}
