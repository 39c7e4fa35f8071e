import type { PIPELINES, Pipelines } from '../../contracts/pipelines/index.js';
import type { Stages } from '../../contracts/stage.js';
import { expectType } from './equal.js';
import type { Equal } from './equal.js';

/** Keys under which a stage of another name stands: the workflow calls a stage by its key, its record is filed under its name. */
type Misnamed<S extends Stages> = { [K in keyof S]: S[K]['name'] extends K ? never : K }[keyof S];
type MisnamedIn<P extends Pipelines> = { [Name in keyof P]: Misnamed<P[Name]['stages']> }[keyof P];

// Pipelines of a user's own are checked when they are loaded, ours here.
expectType<Equal<MisnamedIn<typeof PIPELINES>, never>>();

// What the check finds.
type Salary = (typeof PIPELINES)['salary']['stages'];
expectType<Equal<Misnamed<Salary>, never>>();
expectType<Equal<Misnamed<Omit<Salary, 'etl'> & { readonly clean: Salary['etl'] }>, 'clean'>>();
