// What the code is held to (see CONTRIBUTING.md). Rules that need the architecture as a whole are in .dependency-cruiser.mjs.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { kebabCaseFile } from './test/lint-rules/kebab-case-file.mjs';
import { reasonedDirective } from './test/lint-rules/reasoned-directive.mjs';
import { WORKFLOW_GLOBALS, WORKFLOW_IMPORTS, WORKFLOW_SYNTAX } from './test/lint-rules/workflow-mistakes.mjs';

const tempered = { rules: { 'kebab-case-file': kebabCaseFile, 'reasoned-directive': reasonedDirective } };

// Globals of Node that the set-up and the test runner use.
const NODE_GLOBALS = [
  'process',
  'console',
  'performance',
  'setTimeout',
  'clearTimeout',
  'fetch',
  'Buffer',
  'URL',
  'AbortSignal',
];

export default defineConfig(
  { ignores: ['dist*/', 'node_modules/', '.venv/', '.tempered*/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },

  {
    name: 'every file',
    plugins: { tempered },
    rules: {
      'tempered/kebab-case-file': 'error',
      'tempered/reasoned-directive': 'error',
      'max-lines': ['error', 400],
      'max-params': ['error', 3],
      eqeqeq: 'error',
      'no-console': 'error', // text for people goes through the streams that a command was given, what a worker says through Temporal's logger
      'no-promise-executor-return': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },

  {
    name: 'TypeScript',
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: ['tsconfig.json', 'test/typings/tsconfig.json', 'infra/aws/tsconfig.json'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers read well inside text; everything else that is not a string is a mistake.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },

  {
    name: 'plain JavaScript: set-up, test runner, configuration',
    files: ['**/*.mjs'],
    extends: [tseslint.configs.strict],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])) },
    rules: { 'no-undef': 'error', 'no-console': 'off' }, // these run before anything is installed, so there is no logger
  },

  {
    name: 'workflows: the same history gives the same steps',
    files: ['workflows/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', ...WORKFLOW_GLOBALS],
      'no-restricted-syntax': ['error', ...WORKFLOW_SYNTAX],
      '@typescript-eslint/no-restricted-imports': ['error', WORKFLOW_IMPORTS],
    },
  },

  {
    name: 'recovery: decisions take the clock and chance as arguments',
    files: ['recovery/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', ...WORKFLOW_GLOBALS],
      'no-restricted-syntax': ['error', ...WORKFLOW_SYNTAX],
    },
  },

  {
    name: 'tests',
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-confusing-void-expression': 'off', // `test.each(...)('...', ({ x }) => expect(x).toBe(1))` is a table, not a mistake
    },
  },
);
