import { faultOf } from './aws-fault.js';

/** Makes something that may be there already. @returns false when something of that name is */
export async function ifNew(create: () => Promise<unknown>): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if (faultOf(error) === 'conflict') return false;
    throw error;
  }
}

/** Asks for, or removes, something that may be gone. @returns undefined when it is not there */
export async function ifThere<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (faultOf(error) === 'absent') return undefined;
    throw error;
  }
}
