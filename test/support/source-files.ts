import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A source file, by its path from the root of the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** What a file imports: a file of this repository by its path from the root, or a package by its name. */
export interface Import {
  readonly from: string;
  readonly isPackage: boolean;
  /** What is imported, as written. */
  readonly what: string;
}

// A statement that imports or re-exports begins a line and holds neither quotes nor semicolons before its source.
const STATEMENT = /^[ \t]*(?:import|export)\b([^'";]*?)\bfrom\s*['"]([^'"]+)['"]/gm;
const SIDE_EFFECT = /^[ \t]*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;

/** Finds what a file's text imports, in whatever form. */
export function importsOf(path: string, text: string): Import[] {
  const statements = [...text.matchAll(STATEMENT)].map(([, what = '', source = '']) => ({ what, source }));
  const others = [...text.matchAll(SIDE_EFFECT), ...text.matchAll(DYNAMIC)].map(([, source = '']) => ({ what: '*', source }));
  return [...statements, ...others].map(({ what, source }) => ({
    from: source.startsWith('.') ? normalize(join(dirname(path), source)) : source,
    isPackage: !source.startsWith('.'),
    what,
  }));
}

/** Every TypeScript and JavaScript file below a folder of the repository, without installed packages. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?[jt]s$/.test(name) && !name.includes('node_modules/'))
    .map((name) => join(folder, name))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

/** Whether a file is an operation's: it lies in a folder of a resource. */
export function isOperationFile(path: string): boolean {
  return /^functions\/(?!http\/|rules\/)[^/]+\/[^/]+\.ts$/.test(path);
}
