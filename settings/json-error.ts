/** Where JSON goes wrong; line and column count from 1. */
export interface JsonErrorPlace {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Finds the first error of a JSON text. JSON.parse of Node 20 often gives no position, and a person with a 200-line file needs one.
 * @returns undefined for correct JSON
 */
export function findJsonError(text: string): JsonErrorPlace | undefined {
  const scan = new Scan(text);
  try {
    scan.document();
    return undefined;
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const before = text.slice(0, scan.at).split('\n');
    const character = text.codePointAt(scan.at);
    const found = character === undefined ? 'the end of the file' : JSON.stringify(String.fromCodePoint(character));
    return {
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      message: `${error.message}, found ${found}`,
    };
  }
}

class Wrong extends Error {}

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** Walks over a text as JSON; `at` is where it stands, and when it throws, where the error is. */
class Scan {
  at = 0;

  constructor(private readonly text: string) {}

  document(): void {
    this.space();
    this.value();
    this.space();
    if (this.at < this.text.length) throw new Wrong('expected the end of the document');
  }

  private value(): void {
    const first = this.text[this.at];
    if (first === '{') this.entries('}');
    else if (first === '[') this.entries(']');
    else if (first === '"') this.token(STRING, 'text that ends on its line, in double quotes');
    else this.token(SCALAR, 'a value');
  }

  private entries(close: '}' | ']'): void {
    this.step();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      if (close === '}') this.name();
      this.value();
      this.space();
      const next = this.text[this.at];
      if (next !== ',' && next !== close) throw new Wrong(`expected "," or "${close}"`);
      if (next === close) {
        this.at += 1;
        return;
      }
      this.step();
      if (this.text[this.at] === close) throw new Wrong('expected another entry after ","; JSON has no trailing comma');
    }
  }

  private name(): void {
    this.token(STRING, 'a name in double quotes');
    this.space();
    if (this.text[this.at] !== ':') throw new Wrong('expected ":" after the name');
    this.step();
  }

  private token(pattern: RegExp, expected: string): void {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) throw new Wrong(`expected ${expected}`);
    this.at = pattern.lastIndex;
  }

  private step(): void {
    this.at += 1;
    this.space();
  }

  private space(): void {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }
}
