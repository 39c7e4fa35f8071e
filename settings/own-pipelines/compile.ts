import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { TemperedError } from '../../contracts/failure.js';
import { cacheFolderOf, checkerOf, type Index, sha256, tsconfigOf, writeIndex } from './compiled.js';

/** Characters of a hash that name a folder of compiled files. */
const KEY_LENGTH = 16;

/** A person corrects a few mistakes at a time. */
const MOST_SHOWN = 8;

/** Compiled folders that are kept: a worker may be starting from an older one. */
const KEPT = 4;

/**
 * Checks the types of TypeScript files and compiles them and what they import, into a folder named by their content.
 * The package's own tsconfig.json says how strict; what Node needs to run the result is set here.
 * @param entries absolute paths inside the package
 * @throws {TemperedError} `WRONG_INPUT` with file, line and column of each mistake
 */
export function compile(packageFolder: string, entries: readonly string[]): Index {
  const cache = cacheFolderOf(packageFolder);
  const options = optionsFor(packageFolder, join(cache, 'x'.repeat(KEY_LENGTH)));
  const program = ts.createProgram([...entries], options);
  throwMistakes(ts.getPreEmitDiagnostics(program));
  const sources = program
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file));
  const hashes = Object.fromEntries(sources.map(({ fileName, text }) => [fileName, sha256(text)]));
  const checkedBy = checkerOf(packageFolder);
  const key = sha256(JSON.stringify([checkedBy, hashes])).slice(0, KEY_LENGTH);
  const folder = join(cache, key);
  const checker = program.getTypeChecker();
  const index: Index = {
    folder,
    checkedBy,
    sources: hashes,
    exports: Object.fromEntries(sources.map((file) => [file.fileName, exportsOf(checker, file)])),
  };
  if (!existsSync(folder)) publish(program, folder);
  writeIndex(packageFolder, entries, index);
  removeOld(cache, key);
  return index;
}

function optionsFor(packageFolder: string, outDir: string): ts.CompilerOptions {
  const path = tsconfigOf(packageFolder);
  const own = existsSync(path)
    ? ts.parseJsonConfigFileContent(ts.readConfigFile(path, ts.sys.readFile.bind(ts.sys)).config, ts.sys, packageFolder)
    : { options: {}, errors: [] };
  return {
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    ...own.options,
    allowJs: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    rewriteRelativeImportExtensions: true,
    rootDir: packageFolder,
    outDir,
    inlineSourceMap: true,
    sourceMap: false,
    noEmit: false,
    noEmitOnError: true,
    emitDeclarationOnly: false,
    declaration: false,
    declarationMap: false,
    composite: false,
    incremental: false,
  };
}

function throwMistakes(diagnostics: readonly ts.Diagnostic[]): void {
  const [first] = diagnostics;
  if (!first) return;
  const lines = diagnostics.slice(0, MOST_SHOWN).map(describe);
  const more = diagnostics.length > MOST_SHOWN ? [`and ${String(diagnostics.length - MOST_SHOWN)} more`] : [];
  throw new TemperedError('WRONG_INPUT', [...lines, ...more].join('\n  '), { file: first.file?.fileName ?? null });
}

function describe({ file, start, messageText, code }: ts.Diagnostic): string {
  const text = `${ts.flattenDiagnosticMessageText(messageText, '\n    ')} (TS${String(code)})`;
  if (!file) return text;
  const { line, character } = file.getLineAndCharacterOfPosition(start ?? 0);
  return `${file.fileName}:${String(line + 1)}:${String(character + 1)}: ${text}`;
}

function exportsOf(checker: ts.TypeChecker, file: ts.SourceFile): string[] {
  const symbol = checker.getSymbolAtLocation(file);
  return symbol ? checker.getExportsOfModule(symbol).map(({ name }) => name) : [];
}

/** Writes the compiled files beside their place and moves them there in one step: whoever reads the folder reads all of it. */
function publish(program: ts.Program, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}-`);
  const { outDir = '' } = program.getCompilerOptions();
  program.emit(undefined, (path, text) => {
    const file = join(temporary, relative(outDir, path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  });
  writeFileSync(join(temporary, 'package.json'), '{ "type": "module" }\n');
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true });
    if (!existsSync(folder)) throw error; // else somebody compiled the same at the same time
  }
}

function removeOld(cache: string, key: string): void {
  const age = (name: string) => statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const folders = readdirSync(cache, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== key)
    .map(({ name }) => name)
    .sort((a, b) => age(b) - age(a));
  for (const name of folders.slice(KEPT - 1)) rmSync(join(cache, name), { recursive: true, force: true });
}
