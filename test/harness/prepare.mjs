// Runs before each test file, inside the realm (globals of its own) that Jest gives it.
import { types } from 'node:util';
import { jest } from '@jest/globals';

// The time that jest.config.mjs allows this kind of test: Jest reads its own `testTimeout` from the whole configuration only.
jest.setTimeout(globalThis.testTimeoutMs);

// Errors of Node's modules come from the outer realm, so that in a test an ENOENT would be no `instanceof Error`. In the product it is.
const isInstance = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(candidate) {
    return isInstance.call(this, candidate) || (this === Error && types.isNativeError(candidate));
  },
});
