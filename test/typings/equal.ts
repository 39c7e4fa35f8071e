/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- a generic function type is the only place where
   TypeScript compares two types for identity, and an assertion about a type has no value to take */

/** True only when both types are the same type; `any` and `never` are equal to nothing but themselves. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless the type argument is `true`; there is nothing to run. */
export declare function expectType<T extends true>(): T;
