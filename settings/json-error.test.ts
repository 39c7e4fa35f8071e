import { expect, test } from '@jest/globals';
import { findJsonError } from './json-error.js';

test.each([
  { given: 'a trailing comma', text: '{\n  "a": 1,\n}', line: 3, column: 1, says: 'no trailing comma' },
  { given: 'a missing comma', text: '{"a": 1 "b": 2}', line: 1, column: 9, says: 'expected "," or "}"' },
  { given: 'a missing colon', text: '{"a" 1}', line: 1, column: 6, says: 'expected ":"' },
  { given: 'single quotes', text: "{'a': 1}", line: 1, column: 2, says: 'a name in double quotes' },
  { given: 'a comment', text: '// note\n{}', line: 1, column: 1, says: 'expected a value' },
  { given: 'a bare word', text: '[1, yes]', line: 1, column: 5, says: 'found "y"' },
  { given: 'an unclosed list', text: '[1, [2]', line: 1, column: 8, says: 'the end of the file' },
  { given: 'an unclosed text', text: '{"a": "b\n"}', line: 1, column: 7, says: 'ends on its line' },
  { given: 'something after the end', text: '{} {}', line: 1, column: 4, says: 'the end of the document' },
  { given: 'nothing at all', text: '', line: 1, column: 1, says: 'the end of the file' },
])('names line and column of $given', ({ text, line, column, says }) => {
  expect(() => void JSON.parse(text)).toThrow();
  const error = findJsonError(text);
  expect(error).toMatchObject({ line, column });
  expect(error?.message).toContain(says);
});

test.each(['{}', ' [1, -2.5e3, "a\\u00e9\\n", null, true, {"b": []}] ', '"text"', '0'])(
  'finds nothing in %s',
  (text) => {
    expect(findJsonError(text)).toBeUndefined();
  },
);
