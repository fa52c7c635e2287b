// Builds the package into a fresh dist/, so that nothing deleted in the sources is shipped.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { minify } from 'terser';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

/** What `exports` in package.json names as types. */
const ENTRIES = ['src/index.d.ts', 'src/report/reporter.d.ts'];

/** What `exports` in package.json names as the JSON Schema of the report. */
const SCHEMA = 'src/report/report.schema.json';

/** A declaration of a module with what is said of it. */
const DECLARATION =
  /(?:^\/\*\*(?:(?!\*\/)[^])*\*\/\n)?^(?:export )?(?:declare )?(?:type|interface|class|function|const) (\w+)[^]*?(?=^\/\*\*|^(?:export|declare|type|interface|class) |$(?![^]))/gm;

/** What is loaded by itself: by consumers and specs, or as a command. */
const SCRIPTS = [
  'src/index.ts',
  'src/report/reporter.ts',
  'src/cli/main.ts',
  'src/cli/check.config.ts',
  'src/cli/check/progress-reporter.ts',
];

/** Playwright tells tests apart by the file that declares them. */
const SPECS = readdirSync(join(root, 'specs')).map((name) => `specs/${name}`);

/** All areas as one script: a chunk for every set of specs that share something would be larger, and a run loads them all. */
const AREAS = 'src/areas';

/** Areas whose texts are alike stand near each other, because gzip looks back 32 kB only; found by trying. */
const ORDER = 'abuse headers monitoring exposure performance routes errors api webhook cors environment session'.split(
  ' ',
);

/** Makes the script of all areas. */
const allAreas = {
  name: 'all areas',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${AREAS}$`) }, () => ({ path: AREAS, namespace: 'areas', sideEffects: true }));
    onLoad({ filter: /./, namespace: 'areas' }, () => ({
      contents: SPECS.map((path) => basename(path, '.spec.ts'))
        .toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
        .map((area) => `export * from './areas/${area}.ts';`)
        .join('\n'),
      resolveDir: join(root, 'src'),
    }));
  },
};

/** The scorecard's own style and script, which esbuild takes for any other text. */
const scorecard = {
  name: 'scorecard',
  setup({ onLoad }) {
    onLoad({ filter: /report\/html\/(?:style|script)\.ts$/ }, async ({ path }) => {
      const { code: module } = await transform(readFileSync(path, 'utf8'), { loader: 'ts' });
      const [[name, text]] = Object.entries(await import(`data:text/javascript,${encodeURIComponent(module)}`));
      const { code } = await transform(text, { loader: name === 'STYLE' ? 'css' : 'js', minify: true });
      return { contents: `export const ${name} = ${JSON.stringify(code)};` };
    });
  },
};

/** Leaves what specs import where it is. */
const besideSpecs = {
  name: 'beside specs',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/src\/areas\// }, () => ({ path: `../${AREAS}.js`, external: true }));
    onResolve({ filter: /^\.\.\/fixtures\// }, () => ({ path: '../src/index.js', external: true }));
  },
};

rmSync(dist, { recursive: true, force: true });
writeTypes();
pruneTypes();
dropValues();
pruneTypes();
bundleTypes();
await writeScripts();
shortenChunkNames();
await compressScripts();
writeSchema();

function writeTypes() {
  const args = [join(typescript, 'bin/tsc'), '-p', 'tsconfig.build.json', '--emitDeclarationOnly'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** What scripts share lies in chunks, so that every module is there once. */
async function writeScripts() {
  const options = {
    absWorkingDir: root,
    outdir: dist,
    outbase: '.',
    chunkNames: 'chunks/[hash]',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
  };
  const entryPoints = [
    ...SCRIPTS.map((path) => ({ in: path, out: path.replace(/\.ts$/, '') })),
    { in: AREAS, out: AREAS },
  ];
  await build({ ...options, entryPoints, splitting: true, plugins: [allAreas, scorecard] });
  await build({ ...options, entryPoints: SPECS, plugins: [besideSpecs] });
}

/** Gives chunks the shortest names: their hashes are in every script that imports them, and no archive makes those smaller. */
function shortenChunkNames() {
  const chunks = readdirSync(join(dist, 'chunks')).toSorted();
  const names = new Map(chunks.map((name, index) => [name, `${index.toString(36)}.js`]));
  for (const name of readdirSync(dist, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const file = join(dist, name);
    const script = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      script.replace(
        /(?<=(?:from|import\(?)"[./]+(?:chunks\/)?)[A-Z0-9]{8}\.js(?=")/g,
        (hash) => names.get(hash) ?? hash,
      ),
    );
  }
  for (const [hash, name] of names) renameSync(join(dist, 'chunks', hash), join(dist, 'chunks', name));
}

/** What esbuild leaves: it looks at each expression by itself. Fixtures and functions for the browser keep their parameters. */
async function compressScripts() {
  for (const name of readdirSync(dist, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const file = join(dist, name);
    const { code } = await minify(readFileSync(file, 'utf8'), {
      module: true,
      ecma: 2020,
      compress: { passes: 2, keep_fargs: true },
    });
    writeFileSync(file, code);
  }
}

/** The schema as validators need it: what its members mean is told by the types, which are beside it. */
function writeSchema() {
  const withoutWords = (key, value) => (key === 'description' && typeof value === 'string' ? undefined : value);
  writeFileSync(join(dist, SCHEMA), JSON.stringify(JSON.parse(readFileSync(join(root, SCHEMA), 'utf8')), withoutWords));
}

/** Removes the functions and constants that no other file of types names, as only scripts call those, and what they imported. */
function dropValues() {
  const value =
    /^(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export declare (?:function|const) (\w+)[\s\S]*?;\n(?=\/|export|import|declare|type|interface|$(?![\s\S]))/gm;
  const files = readdirSync(dist, { recursive: true })
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => join(dist, name));
  const all = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const isUsed = (name, text) => text.match(new RegExp(`\\b${name}\\b`, 'g')).length > 1;
  const brought = [...all.matchAll(/^(?:import|export) (?:type )?\{([^}]*)\}|\btypeof (\w+)/gm)];
  const named = new Set(brought.flatMap(([, names, one]) => names?.match(/\w+/g) ?? one));
  for (const file of files.filter((each) => !ENTRIES.some((entry) => each === join(dist, entry)))) {
    const types = readFileSync(file, 'utf8').replace(value, (text, name) => (named.has(name) ? text : ''));
    const unused = (line, name) => (isUsed(name, types) ? line : '');
    writeFileSync(file, types.replace(/^import (?:type )?\{ (\w+) \} from '[^']+';\n/gm, unused));
  }
}

/** Removes the types that nobody can import, and the documentation of those that no entry names itself. */
function pruneTypes() {
  const entries = ENTRIES.map((entry) => join(dist, entry));
  const named = new Set([...entries, ...entries.flatMap(importsOf).flatMap((file) => [file, ...importsOf(file)])]);
  const reached = new Set();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file) || !existsSync(file)) continue;
    reached.add(file);
    queue.push(...importsOf(file));
  }
  for (const name of readdirSync(dist, { recursive: true })) {
    const file = join(dist, name);
    if (!name.endsWith('.d.ts')) continue;
    if (!reached.has(file)) {
      rmSync(file);
      continue;
    }
    const types = readFileSync(file, 'utf8').replace(/^(?: {4})+/gm, tabs);
    writeFileSync(file, named.has(file) ? types : types.replace(/^\t*\/\*\*[\s\S]*?\*\/\n/gm, ''));
  }
}

function importsOf(file) {
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path]) =>
    resolve(dirname(file), path.replace(/\.(?:js|ts)$/, '.d.ts')),
  );
}

function tabs(spaces) {
  return '\t'.repeat(spaces.length / 4);
}

/**
 * Makes one file of the types of the first entry, because each file of an archive costs a header, and its imports;
 * of what nothing that is exported leads to there is nothing in it.
 */
function bundleTypes() {
  const entry = join(dist, ENTRIES[0]);
  const namesIn = (list) => list.match(/\w+/g) ?? [];
  const exported = [...readFileSync(entry, 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) =>
    namesIn(names),
  );
  const imported = new Map();
  const declared = new Map();
  for (const file of readdirSync(dist, { recursive: true }).map((name) => join(dist, name))) {
    if (!file.endsWith('.d.ts') || ENTRIES.some((each) => file === join(dist, each))) continue;
    const types = readFileSync(file, 'utf8');
    for (const [, names, from] of types.matchAll(/^import (?:type )?\{([^}]*)\} from '([^.'][^']*)';$/gm))
      for (const name of namesIn(names)) imported.set(name, from);
    for (const [text, name] of types.matchAll(DECLARATION)) {
      const known = declared.get(name);
      if (known && known.file !== file)
        throw new Error(`${file} and ${known.file} both have a type ${name}: rename one`);
      declared.set(name, { file, text: (known?.text ?? '') + text.replace(/^export /gm, '') });
    }
    rmSync(file);
  }
  const used = new Set();
  const queue = [...exported];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (used.has(name) || !(declared.has(name) || imported.has(name))) continue;
    used.add(name);
    queue.push(...namesIn((declared.get(name)?.text ?? '').replace(/\/\*\*[\s\S]*?\*\//g, '')));
  }
  const imports = [...new Set(imported.values())].flatMap((from) => {
    const names = [...imported].filter(([name, source]) => source === from && used.has(name)).map(([name]) => name);
    return names.length > 0 ? [`import type { ${names.join(', ')} } from '${from}';\n`] : [];
  });
  const texts = [...declared].filter(([name]) => used.has(name)).map(([, { text }]) => text);
  writeFileSync(entry, [...imports, ...texts, `export { ${exported.join(', ')} };\n`].join(''));
}
