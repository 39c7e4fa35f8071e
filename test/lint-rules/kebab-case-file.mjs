import path from 'node:path';

// `run-stage.ts`, `run-stage.test.ts`, `stage.test-d.ts`, `eslint.config.mjs`, `.dependency-cruiser.mjs`
const KEBAB_CASE = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/;

/** ESLint rule: file names are kebab-case, so that they are the same on every file system and can be guessed from the export. */
export const kebabCaseFile = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { name: '"{{name}}" is not kebab-case; write it as run-stage.ts' },
  },
  create(context) {
    const name = path.basename(context.filename);
    return {
      Program(node) {
        if (!KEBAB_CASE.test(name)) context.report({ node, messageId: 'name', data: { name } });
      },
    };
  },
};
